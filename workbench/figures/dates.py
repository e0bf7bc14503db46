"""Axes of days and months, with the names of the reader's language (Plotly knows English only).

Labels have two lines, so that six of them stand upright beside each other on a telephone too.
"""

import re
from collections.abc import Sequence
from datetime import date

from babel.dates import format_date


def month_ticks(months: Sequence[date], language: str, *, most: int = 6) -> dict:
    """`tickvals` and `ticktext` for at most so many of the months, the last one always among them.

    >>> month_ticks([date(2026, 9, 1), date(2026, 10, 1)], "fr")["ticktext"]
    ['sept.<br>2026', 'oct.<br>2026']
    """
    return _ticks(months, "MMM y", language, most)


def day_ticks(days: Sequence[date], language: str, *, most: int = 6) -> dict:
    """The same for days: "5 Oct", « 5 oct. », « 1er oct. », in two lines.

    >>> day_ticks([date(2026, 10, 1), date(2026, 10, 5)], "fr")["ticktext"]
    ['1er<br>oct.', '5<br>oct.']
    """
    return _ticks(days, "d MMM", language, most)


def _ticks(dates: Sequence[date], pattern: str, language: str, most: int) -> dict:
    dates = list(dates)
    step = max(1, -(-len(dates) // most))
    kept = dates[::-1][::step][::-1]
    written = [format_date(one, pattern, locale=language) for one in kept]
    if language == "fr":
        written = [re.sub(r"^1 ", "1er ", one) for one in written]
    written = [one.replace(" ", "<br>", 1) for one in written]
    return {"tickmode": "array", "tickvals": kept, "ticktext": written, "tickangle": 0}
