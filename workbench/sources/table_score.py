"""Headers and cells of a survey: which column is the score, and the scale that header and scores prove."""

import re
from collections.abc import Sequence

from workbench.sources.table_file import as_text
from workbench.sources.table_number import score
from workbench.sources.table_words import plain

_ASKS = re.compile(
    r"\b(?:score|note|notation|rating|nps|csat|stars?|etoiles?|evaluation|recommand\w*|recommend\w*|satisf\w*)\b"
)
_COUNTS = re.compile(r"\b(?:id|date|number|count|total|nombre|nb)\b")
_NPS = re.compile(r"\b(?:nps|recommand\w*|recommend\w*)\b")
_CSAT = re.compile(r"\b(?:csat|satisf\w*|stars?|etoiles?)\b")
_RANGE = re.compile(r"(?<![\d/-])([01])\s*(?:-|–|—|à|to|…|\.{2,3})\s*(\d{1,3})(?![\d/-])")
_OUT_OF = re.compile(r"(?:(?<!\d)/|\bsur|\bout of)\s*(\d{1,3})(?![\d/-])")


def is_score(header: str, cells: Sequence) -> bool:
    """Whether a header asks for a score and the cells under it are numbers.

    >>> is_score("Recommanderiez-vous (0-10)", ["9", "", "4"]), is_score("Pourquoi cette note ?", ["Merci"])
    (True, False)
    """
    bare = plain(header)
    if not _ASKS.search(bare) or _COUNTS.search(bare):
        return False
    filled = [cell for cell in cells if as_text(cell).strip()][:200]
    return bool(filled) and len(_numbers(filled)) >= 0.8 * len(filled)


def scale(header: str, cells: Sequence) -> str | None:
    """`nps` (0 to 10), `csat` (1 to 5) or "10" where the header says so and no score contradicts it. Marks out of ten
    that ask for no recommendation are no NPS.

    >>> scale("Recommanderiez-vous (0-10)", ["9", "4"]), scale("Satisfaction (1-5)", ["5"]), scale("Note", ["4"])
    ('nps', 'csat', None)
    >>> scale("Note sur 10", ["9", "4"])
    '10'
    """
    bare, stated, numbers = plain(header), _stated(header), _numbers(cells)
    lowest, highest = min(numbers, default=1), max(numbers, default=1)
    of_ten, of_five = stated in ((0, 10), (None, 10)), stated in ((1, 5), (None, 5))
    if _NPS.search(bare):
        # Without its range in the header, a question that only got answers to 5 may be one from 1 to 5.
        proven = of_ten or (stated is None and ("nps" in bare.split() or not numbers or highest > 5))
        return "nps" if proven and lowest >= 0 and highest <= 10 else None
    if of_five or (stated is None and _CSAT.search(bare)):
        return "csat" if lowest >= 1 and highest <= 5 else None
    # Satisfaction from 0 to 10 is neither: whether it is a mark out of ten, a person says.
    return "10" if of_ten and not _CSAT.search(bare) and lowest >= 0 and highest <= 10 else None


def _stated(header: str) -> tuple[int | None, int] | None:
    """The lowest and the highest value that a header names, the lowest None for "sur 5"."""
    if found := _RANGE.search(header.casefold()):
        return int(found[1]), int(found[2])
    found = _OUT_OF.search(header.casefold())
    return (None, int(found[1])) if found else None


def _numbers(cells: Sequence) -> list[float]:
    numbers = []
    for cell in cells:
        try:
            number = score(cell)
        except ValueError:
            continue
        if number is not None:
            numbers.append(number)
    return numbers
