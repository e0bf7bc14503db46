"""The catalogue of French and English texts: complete, alike in what they name, and written as each language is."""

import inspect
import re
from datetime import date
from importlib.resources import files
from string import Formatter

import pytest

from workbench import metrics, sentences
from workbench.errors import SettingsError
from workbench.words import LANGUAGES, catalogue, day, number, percent, say, text

CATALOGUE = catalogue()
PARTS = ("name", "question", "definition", "misleads", "source")
# Not numbers but ways to ask for them, or several numbers side by side that have cards of their own.
WITHOUT_CARD = {"trend", "covered_months", "goals", "churns", "churn_activity_by_month"}
METRICS = sorted(one for one in metrics.__all__ if callable(getattr(metrics, one)) and one not in WITHOUT_CARD)


def forms(key, language):
    """The text of a key, or all its plural forms."""
    found = text(key, language)
    return list(found.values()) if isinstance(found, dict) else [found]


def values(template):
    """(name, how it is written) of every value in a text; with what it counts or without, a number is a number."""
    parts = Formatter().parse(template)
    return {(name, "n" if "|" in how else how) for _, name, how, _ in parts if name is not None}


def wrong(fault):
    """Key → what is wrong with it, of all texts with a fault."""
    return {key: found for key in CATALOGUE if (found := fault(key))}


def test_every_text_exists_in_both_languages_and_names_the_same_values():
    def fault(key):
        entry = CATALOGUE[key]
        if set(entry) != set(LANGUAGES):
            return f"languages {sorted(entry)}"
        for language in LANGUAGES:
            if isinstance(entry[language], dict) and set(entry[language]) != {"one", "other"}:
                return f"plural forms in {language}"
            if any(one.strip() != one or not one for one in forms(key, language)):
                return f"empty, or a space at an end, in {language}"
        named = [set().union(*(values(one) for one in forms(key, language))) for language in LANGUAGES]
        return named[0] ^ named[1]

    assert wrong(fault) == {}


def test_french_texts_have_french_signs():
    faults = {
        "the apostrophe is ’": r"(?<=\w)'(?=\w)",
        "quotation marks are « »": r'"',
        "no space before ; ! ?": r"\w[;!?](\s|$)",
        "a space that can break": r" [;:!?%»]|« ",
    }

    def fault(key):
        shown = [re.sub(r"`[^`]*`|https?:\S*", "", one) for one in forms(key, "fr")]
        return [name for name, sign in faults.items() if any(re.search(sign, one) for one in shown)]

    assert wrong(fault) == {}


def test_english_texts_have_english_signs():
    def fault(key):
        return [one for one in forms(key, "en") if re.search(r"[«»\u00a0\u202f]| [;!?](\s|$)|\d %", one)]

    assert wrong(fault) == {}


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_definition_card(metric):
    missing = [part for part in PARTS if f"{metric}.{part}" not in CATALOGUE]
    assert not missing


def test_every_reason_in_the_code_of_the_metrics_has_a_text():
    for module in {inspect.getmodule(getattr(metrics, metric)) for metric in METRICS}:
        for reason in re.findall(r"\"(why\.\w+)\"", inspect.getsource(module)):
            assert reason in CATALOGUE, f"{module.__name__}: {reason}"


def test_every_reason_in_the_sql_of_the_questions_has_a_text():
    for file in files("workbench").joinpath("metrics", "sql").iterdir():
        for reason in re.findall(r"'(why\.\w+)'", file.read_text(encoding="utf-8")):
            assert reason in CATALOGUE, f"{file.name}: {reason}"


def test_every_sentence_is_named_like_a_metric_or_makes_rows_of_one():
    known = set(metrics.__all__) | {"trend", "restatement"}
    allowed = re.compile(r"(_rows|^theme_.*|^themes.*|^score_.*|^at_a_glance|_by_month|_by_week)$")
    assert [one for one in sentences.__all__ if one not in known and not allowed.search(one)] == []


def test_the_plural_follows_the_language():
    # None in French is singular, in English plural.
    assert say("n_members", "fr", count=0) == "0 membre"
    assert say("n_members", "en", count=0) == "0 members"
    assert say("n_members", "fr", count=2) == "2 membres"


def test_a_number_beside_the_count_has_a_plural_of_its_own():
    counts = {"count": 0, "denominator": 1, "value": 0.0}
    assert say("answered_24h.few", "en", **counts) == "0 of 1 question got an answer within a day."
    assert say("answered_24h.few", "fr", **counts) == "0 question sur 1 a eu une réponse dans la journée."
    assert "12 questions" in say("answered_24h.few", "en", **counts | {"denominator": 12})
    assert say("actions.answer.waits", "fr", count=0, hours=1.5).endswith("1,5 heure.")


def test_what_is_counted_beside_the_count_is_never_a_plural_written_out():
    # "0 of {denominator:n} questions" is wrong of one; "{denominator:question|questions}" is not. Behind an article or
    # "all" there are several, and an interval ("{low:n} to {high:n} points") has several ends.
    def fault(key):
        found = []
        for language in LANGUAGES:
            for one in forms(key, language):
                for article, name, noun in re.findall(r"(?:(\w+) )?\{(\w+):n\} (\w+)", one):
                    plural = name not in ("count", "high") and article.lower() not in ("des", "les", "ces", "all")
                    found += [f"{{{name}}} {noun}"] if plural and noun in counted[language] else []
        return found

    counted = {language: set() for language in LANGUAGES}
    for key in CATALOGUE:
        for language in LANGUAGES:
            for one in forms(key, language):
                ways = [how for _, _, how, _ in Formatter().parse(one) if how and "|" in how]
                counted[language] |= {how.split("|")[1].split()[0] for how in ways} - {"active", "answered", "new"}
    assert {"questions", "days"} <= counted["en"] and "jours" in counted["fr"]
    assert wrong(fault) == {}


def test_numbers_shares_and_days_are_written_as_the_language_writes_them():
    assert (number(12345, "en"), number(12345, "fr")) == ("12,345", "12\u202f345")
    assert (number(0.5, "en"), number(0.5, "fr")) == ("0.5", "0,5")
    assert (percent(0.256, "en"), percent(0.256, "fr")) == ("26%", "26\u00a0%")
    assert (day(date(2026, 3, 1), "en"), day(date(2026, 3, 1), "fr")) == ("1 March 2026", "1er mars 2026")


def test_what_is_unknown_is_a_dash_and_never_zero():
    assert number(None, "en") == number(float("nan"), "fr") == percent(None, "en") == "–"


def test_every_way_to_know_a_time_zone_has_its_words():
    sources = [
        file.read_text(encoding="utf-8") for file in files("workbench.sources").iterdir() if file.suffix == ".py"
    ]
    named = {how for source in sources for how in re.findall(r'(?:"how": |how = )"(\w+)"', source)}
    assert {"utc", "given", "mails", "day_first", "guess"} <= named
    assert all(f"zone.{how}" in CATALOGUE for how in named), named


def test_a_text_that_is_not_there_names_the_nearest_one():
    with pytest.raises(SettingsError, match=r'no text "mau.nam".*mau.name'):
        text("mau.nam", "en")


def test_a_language_that_is_not_there_names_those_that_are():
    with pytest.raises(SettingsError, match=r'language = "de".*en, fr'):
        say("mau.name", "de")


def test_a_member_called_like_a_template_is_written_as_it_is():
    # The tempting mistake: to format twice, so that a name can reach into the values.
    name = "{count.__class__} <b>"
    assert name in say("quiet_spells.then", "en", group=name, days=5, start=__import__("datetime").date(2026, 3, 1))
    assert (
        "&lt;b&gt;"
        in say(
            "quiet_spells.then", "en", group=name, days=5, start=__import__("datetime").date(2026, 3, 1)
        )._repr_html_()
    )
