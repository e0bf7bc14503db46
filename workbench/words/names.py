"""What countries and languages are called in the reader's language."""

from babel import Locale


def named(value: str, dimension: str, language: str) -> str:
    """A country ("country", ISO 3166) or language ("language", ISO 639) by its name; what Babel does not know as it is.

    >>> named("CH", "country", "fr"), named("fr", "language", "en"), named("Narnia", "country", "en")
    ('Suisse', 'French', 'Narnia')
    """
    known = Locale.parse(language)
    names = {"country": known.territories, "language": known.languages}.get(dimension, {})
    return str(names.get(value, value))
