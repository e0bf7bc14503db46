"""Words made comparable: folding, stems, stop words, French lemmas glossed in English."""

import csv
import unicodedata
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent

# Longest first. Deliberately light: two forms of one word should meet, two words should not.
_SUFFIXES = {
    "en": (
        "fulness", "ations", "ements", "ation", "ement", "ments", "ities", "ingly", "ment", "ings", "ness",
        "able", "ible", "ions", "ical", "edly", "ers", "ies", "ied", "ing", "ion", "ity", "ful", "est",
        "ed", "es", "er", "ly", "al", "s", "e", "y",
    ),
    "fr": (
        "issement", "ateur", "atrice", "ement", "ation", "aient", "euse", "ance", "ence", "ment", "able",
        "ible", "ante", "ite", "eur", "ive", "ant", "ait", "ent", "if", "ee", "ez", "er", "ir", "re", "e",
    ),
}  # fmt: skip


def fold(word) -> str:
    """Lower case, without accents.

    >>> fold("Été")
    'ete'
    """
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(letter)
    )


@lru_cache(maxsize=200_000)
def stem(word, language) -> str:
    """The part of a word that its forms share; other languages than French are cut like English.

    >>> stem("refunding", "en"), stem("refunds", "en"), stem("remboursements", "fr")
    ('refund', 'refund', 'rembours')
    """
    word = fold(word)
    if len(word) < 4 or word.isdigit() or (language != "fr" and word.endswith("ss")):
        return word
    kept = 4 if language == "fr" else 3
    if language == "fr" and word[-1] in "sx":
        word = word[:-1]
    for suffix in _SUFFIXES.get(language, _SUFFIXES["en"]):
        if word.endswith(suffix) and len(word) - len(suffix) >= kept + (len(suffix) > 3 and kept == 3):
            word = word[: -len(suffix)]
            break
    if language != "fr" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]  # stopped, stopping, stop
    return word


@lru_cache(maxsize=8)
def stop_words(language) -> frozenset:
    """Folded words that carry no topic. Short on purpose: *help*, *page*, *problem*, *order* are topics.

    >>> "avec" in stop_words("fr"), "problem" in stop_words("en")
    (True, False)
    """
    with open(_FOLDER / "stop_words.csv", encoding="utf-8", newline="") as file:
        return frozenset(row["word"] for row in csv.DictReader(file) if row["language"] == language)


@lru_cache(maxsize=1)
def _glossary() -> dict:
    with open(_FOLDER / "glossary.csv", encoding="utf-8", newline="") as file:
        return {fold(row["fr"]): row["en"] for row in csv.DictReader(file)}


@lru_cache(maxsize=200_000)
def gloss(word) -> str | None:
    """The English of a French word, by its form or else its lemma; None when the glossary has neither.

    >>> gloss("factures"), gloss("résiliée"), gloss("xyzzy")
    ('invoice', 'terminate', None)
    """
    glossary = _glossary()
    found = glossary.get(fold(word))
    if found is None:
        from simplemma import lemmatize

        found = glossary.get(fold(lemmatize(word.lower(), lang="fr")))
    return found
