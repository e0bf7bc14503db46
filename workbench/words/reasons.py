"""Why records could not be read, for a page that is passed around: in the reader's language, no value of the file."""

import re
from functools import cache

from workbench.words import catalogue, say, text

_VALUES = ("cell", "other")


def told(why: str, language: str) -> str:
    """An importer's reason with every value of the file left out. A reason that words/problems.toml does not know keeps
    its English words.

    >>> told('Montant: "12 or so" is no number; the row is kept without amount', "fr")
    'Montant\\xa0: «\\xa0…\\xa0» n’est pas un nombre\\u202f; la ligne est gardée sans amount'
    >>> told('Date: "Ana said "yes": so" is no date', "en"), told("no ts: 'Ana'", "fr")
    ('Date: "…" is no date', 'no ts: …')
    """
    return _known(why, language, "problem") or _without_values(why)


def told_place(place: str, language: str) -> str:
    """Where such a record stands.

    >>> told_place("after record 3", "fr"), told_place("user 3", "fr")
    ('après\\xa0: enregistrement 3', 'user 3')
    """
    return _known(place, language, "place") or place


def _known(said: str, language: str, family: str) -> str:
    for key, pattern in _patterns(family):
        if found := pattern.fullmatch(said):
            values = found.groupdict() | dict.fromkeys(_VALUES, "…")
            if inner := {"why", "place"} & set(values):
                inner = inner.pop()
                values[inner] = _known(values[inner], language, family)
                if not values[inner]:
                    continue
            return str(say(key, language, **values))
    return ""


def _without_values(why: str) -> str:
    """From the first quotation mark to the last, or to the end of a text that was cut."""
    return re.sub(r"""(?<!\w)(["']).*""" + ("" if why.endswith("…") else r"\1(?!\w)"), "…", why, flags=re.DOTALL)


@cache
def _patterns(family: str) -> list[tuple[str, re.Pattern]]:
    """The English texts as patterns, their values as groups: a cell as long as can be, for it may hold anything."""
    return [
        (key, re.compile(re.sub(r"\\{(\w+)\\}", _group, re.escape(text(key, "en"))), re.DOTALL))
        for key in catalogue()
        if key.startswith(f"{family}.")
    ]


def _group(name: re.Match) -> str:
    return f"(?P<{name[1]}>.{'*' if name[1] in _VALUES else '+?'})"
