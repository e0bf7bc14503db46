"""Language and sentiment: hand cases, laws, and floors on labelled texts where they are at hand."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.models.language import language
from workbench.models.sentiment import sentiment, sentiment_shares

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "feedback"


def _rows(question, file):
    if not (DATA / file).exists():
        pytest.skip(f"the labelled data set {file} is not on this machine")
    return duckdb.sql(question.format(file=DATA / file)).fetchall()


def _auc(scores, positive):
    """Probability that a positive one is ranked above another, ties half: the definition, by ranks."""
    scores, positive = np.asarray(scores), np.asarray(positive, bool)
    above = (scores[positive][:, None] > scores[~positive]).mean()
    return above + (scores[positive][:, None] == scores[~positive]).mean() / 2


def test_complaints_are_negative_and_thanks_positive_in_both_languages():
    texts = ["C'est nul, je suis déçue", "Merci, c'est parfait !", "This is terrible", "I love it, thank you"]
    assert (np.sign(sentiment(texts, ["fr", "fr", "en", "en"])) == [-1, 1, -1, 1]).all()


def test_a_negation_turns_the_mood():
    good, bad = sentiment(["j'aime ce groupe", "je n'aime pas ce groupe"], ["fr", "fr"])
    assert good > 0 > bad


def test_a_text_without_mood_or_words_is_neutral():
    assert sentiment(["", None, "à midi", "at noon"], ["fr", "en", "fr", "en"]).tolist() == [0, 0, 0, 0]


def test_a_french_word_that_only_the_glossary_knows_has_a_mood():
    assert sentiment(["quel danger"], ["fr"])[0] < 0


def test_shares_count_neutral_texts_in_the_denominator():
    assert sentiment_shares(np.array([0.5, 0, 0, -0.5])) == {"positive_share": 0.25, "negative_share": 0.25}
    assert sentiment_shares([]) == {"positive_share": None, "negative_share": None}


@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from(["fr", "en", "de"]))
def test_polarity_lies_between_minus_one_and_one(texts, code):
    polarity = sentiment(texts, [code] * len(texts))
    assert len(polarity) == len(texts) and (np.abs(polarity) <= 1).all()


def test_short_questions_are_told_apart():
    assert language(["où est ma facture ?", "where is my invoice?", "🎉", None]) == ["fr", "en", "fr", "fr"]


def test_a_single_language_needs_no_guess():
    assert language(["hello", "bonjour"], languages=["fr"]) == ["fr", "fr"]


def test_an_unknown_language_is_refused_with_what_is_allowed():
    with pytest.raises(WorkbenchError, match=r"'klingon'.*Known are.*fr"):
        language(["a"], languages=("fr", "klingon"))
    with pytest.raises(WorkbenchError, match="empty"):
        language(["a"], languages=())


@given(st.lists(st.text(max_size=40), max_size=5))
def test_the_language_is_always_one_of_the_allowed(texts):
    assert set(language(texts)) <= {"fr", "en"}


def test_french_film_reviews_are_ranked_at_least_as_well_as_by_vader_and_textblob():
    # MODELS.md, section 1: .844
    rows = _rows("SELECT text, label FROM read_csv_auto('{file}')", "allocine-fr-train.csv")
    texts, labels = zip(*rows, strict=True)
    assert _auc(sentiment(texts, ["fr"] * len(texts)), labels) >= 0.85


def test_french_tweets_are_ranked_without_the_french_vader():
    # vaderSentiment-fr and TextBlob together: .786
    rows = _rows("SELECT text, label FROM '{file}' WHERE lang = 'french' AND label <> 1", "umsab.parquet")
    texts, labels = zip(*rows, strict=True)
    assert _auc(sentiment(texts, ["fr"] * len(texts)), np.array(labels) == 2) >= 0.78


def test_english_app_reviews_are_ranked():
    # MODELS.md, section 1: .896
    rows = _rows("SELECT concat_ws('. ', title, comment), rating FROM '{file}' WHERE rating <> 3", "maalej.parquet")
    texts, ratings = zip(*rows, strict=True)
    assert _auc(sentiment(texts, ["en"] * len(texts)), np.array(ratings) > 3) >= 0.885
