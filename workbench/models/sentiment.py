"""How positive or negative a text is, French or English: VADER and a word average, both without training."""

import csv
import re
from functools import lru_cache
from math import copysign, sqrt
from pathlib import Path

import numpy as np

NEUTRAL = 0.05  # polarities up to this far from 0 count as neither positive nor negative
_LONGEST_TEXT = 4_000
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*|:'\(|[:;]-?[()d](?!\w)|<3|\^\^|!|[\u2600-\u27bf\U0001f300-\U0001faff]")
_NEGATIONS = {
    "fr": frozenset(("pas", "jamais", "aucun", "aucune", "sans", "ni", "rien", "guère")),
    "en": frozenset(("not", "no", "never", "none", "nothing", "neither", "nor", "without", "cannot", "t")),
}
_AFTER = frozenset(("pas", "jamais"))  # in French the negation may follow its verb: "n'aime pas"
_STRONGER = {
    "fr": frozenset(
        ("très", "tres", "vraiment", "trop", "super", "tellement", "extrêmement", "complètement", "totalement")
    ),
    "en": frozenset(("very", "really", "so", "too", "extremely", "totally", "completely", "absolutely")),
}
_WEAKER = {
    "fr": frozenset(("assez", "plutôt", "peu", "moins", "presque", "légèrement")),
    "en": frozenset(("somewhat", "slightly", "rather", "little", "less", "almost", "barely", "fairly")),
}
_BUT = {"fr": frozenset(("mais", "cependant", "pourtant")), "en": frozenset()}
_GLOSSED = 0.6  # a French word's polarity taken from its English gloss is less sure than one of its own


def sentiment(texts, languages) -> np.ndarray:
    """In what mood are these texts written?

    Returns one polarity per text, from -1 (negative) to 1 (positive), 0 for texts that show none; `languages`
    holds one code per text. English: the mean of VADER's compound score and the average polarity of the
    words. French: the mean of the same two measures, computed on a French lexicon; what it lacks is looked
    up by its lemma, then as its English gloss in VADER's lexicon. Other languages: 0.

    How it can mislead: irony, quoted complaints and polite requests are read word by word. A positive text is
    ranked above a negative one in 86 of 100 pairs of French film reviews and 89 of English app reviews,
    in 79 and 84 of tweets (`benchmarks/THEMES.md`). Use it for means of 30 and more texts, never
    for a person.

    Sources: C. Hutto and E. Gilbert, "VADER" (ICWSM 2014), in the vaderSentiment package; word polarities
    of T. De Smedt and W. Daelemans, "Pattern for Python" (JMLR 2012; public domain, PDDL), and our own words
    on products, service and mood (`polarity.csv` says which).

    >>> sentiment(["C'est génial, merci !", "Ça plante tout le temps", "See you at noon"],
    ...           ["fr", "fr", "en"]).round(1).tolist()
    [0.7, -0.2, 0.0]
    """
    scores = [
        _polarity(text[:_LONGEST_TEXT], code) if isinstance(text, str) and code in _NEGATIONS else 0.0
        for text, code in zip(texts, languages, strict=True)
    ]
    return np.clip(np.array(scores, dtype=float), -1, 1)


def sentiment_shares(polarity) -> dict:
    """What share of these texts is positive, what share negative?

    Returns {"positive_share", "negative_share"} (0 to 1, of all texts, the neutral ones included); a text counts
    when its polarity is more than 0.05 from 0. None without texts.

    >>> sentiment_shares(np.array([0.6, 0.02, -0.3, -0.9]))
    {'positive_share': 0.25, 'negative_share': 0.5}
    """
    polarity = np.asarray(polarity, dtype=float)
    if not len(polarity):
        return {"positive_share": None, "negative_share": None}
    return {
        "positive_share": float((polarity > NEUTRAL).mean()),
        "negative_share": float((polarity < -NEUTRAL).mean()),
    }


def _polarity(text, code):
    text = text.replace("\u2019", "'")
    assessed, exclamations = _assessed(text, code)
    average = sum(assessed) / len(assessed) if assessed else 0.0
    if code == "en":
        return (_vader().polarity_scores(text)["compound"] + average) / 2
    # VADER's form: valences of -4 to 4 are summed and bent into -1 to 1, exclamation marks add
    total = 4 * sum(assessed)
    total += copysign(0.292 * min(exclamations, 4), total) if total else 0.0
    return (total / sqrt(total * total + 15) + average) / 2


def _assessed(text, code):
    """The polarities of the words that have one, in their context; and the number of exclamation marks."""
    words = [word for word in _WORD.findall(text.lower()) if word]
    found = []
    for index, word in enumerate(words):
        value = _value(word, code)
        if not value:
            continue
        for before in words[max(0, index - 2) : index]:
            if before in _STRONGER[code]:
                value += copysign(0.15, value)
            elif before in _WEAKER[code]:
                value -= copysign(0.08, value)
        follows = code == "fr" and index + 1 < len(words) and words[index + 1] in _AFTER
        if follows or not _NEGATIONS[code].isdisjoint(words[max(0, index - 3) : index]):
            value *= -0.74 if code == "fr" else -0.5
        found.append((index, value))
    turn = next((index for index, word in enumerate(words) if word in _BUT[code]), None)
    if turn is not None:  # what follows "mais" is what is meant
        found = [(index, value * (0.5 if index < turn else 1.5)) for index, value in found]
    return [max(-1.0, min(1.0, value)) for _, value in found], words.count("!")


@lru_cache(maxsize=100_000)
def _value(word, code):
    value = _lexicon(code).get(word)
    if value is not None or code != "fr" or len(word) < 3 or not word.isalpha():
        return value or 0.0
    from simplemma import lemmatize

    from workbench.models.words import gloss, stop_words

    value = _lexicon("fr").get(lemmatize(word, lang="fr").lower())
    if value is None and word not in stop_words("fr"):
        value = _vader().lexicon.get(gloss(word) or "", 0.0) / 4 * _GLOSSED
    return value or 0.0


@lru_cache(maxsize=4)
def _lexicon(code):
    with open(Path(__file__).parent / "polarity.csv", encoding="utf-8", newline="") as file:
        return {row["word"]: float(row["polarity"]) for row in csv.DictReader(file) if row["language"] == code}


@lru_cache(maxsize=1)
def _vader():
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
