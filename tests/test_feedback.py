"""Which texts are read for themes, how a theme's trend is told, and what a page says of them."""

import numpy as np
import pandas as pd
import pytest

from workbench import figures, sentences
from workbench.engine import community_of_rows
from workbench.metrics import covered_months, feedback_texts
from workbench.models import Themes, theme_table, theme_trend, themes_by_month, themes_covered_share

LONG = "The search is slow again today."


def rows(**tables):
    return {
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-12-31"}],
        "members": [
            {"member_id": "ana", "platform": "chat", "role": "member"},
            {"member_id": "staff", "platform": "chat", "role": "staff"},
        ],
        **tables,
    }


def message(number, member, at, text=LONG, **more):
    event = {"event_id": str(number), "member_id": member, "occurred_at": at, "kind": "post", **more}
    return event, {"event_id": str(number), "occurred_at": at, "text": text}


def ids(tables, month="2026-06", **options):
    return feedback_texts(community_of_rows(tables, **options), month=month)["text_id"].tolist()


def test_staff_short_and_deleted_texts_are_left_out_and_later_deletions_are_not():
    # The tempting mistake: dropping a message that was still there at the end of the month.
    made = [
        message(1, "ana", "2026-06-02"),
        message(2, "staff", "2026-06-02"),
        message(3, "ana", "2026-06-02", text="thanks"),
        message(4, "ana", "2026-06-02", deleted_at="2026-06-03"),
        message(5, "ana", "2026-06-02", deleted_at="2026-07-03"),
        message(6, None, "2026-06-02"),
    ]
    assert ids(rows(events=[e for e, _ in made], messages=[m for _, m in made])) == ["1", "5"]


def test_the_window_is_the_month_and_three_before_in_local_time():
    # 2026-03-01 00:30 in Paris is still February in UTC; 2026-07-01 00:30 is no longer June.
    answers = [
        {"feedback_id": "in", "given_at": "2026-02-28 23:30", "source": "survey", "text": LONG},
        {"feedback_id": "before", "given_at": "2026-02-28 22:30", "source": "survey", "text": LONG},
        {"feedback_id": "after", "given_at": "2026-06-30 22:30", "source": "survey", "text": LONG},
    ]
    community = community_of_rows(rows(feedback=answers), timezone="Europe/Paris")
    found = feedback_texts(community, month="2026-06")
    assert found["text_id"].tolist() == ["in"]
    assert found["month"].tolist() == [pd.Timestamp("2026-03-01")]


def test_anonymous_answers_are_read_and_staff_answers_are_not():
    answers = [
        {"feedback_id": "a", "given_at": "2026-06-01", "source": "survey", "text": LONG},
        {"feedback_id": "b", "given_at": "2026-06-01", "source": "survey", "text": LONG, "member_id": "staff"},
        {"feedback_id": "c", "given_at": "2026-06-01", "source": "survey", "score": 9},
    ]
    assert ids(rows(feedback=answers)) == ["a"]


def test_a_month_covered_in_part_is_no_comparison():
    span = {"platform": "chat", "from_at": "2026-01-02", "to_at": "2026-03-31"}
    months = covered_months(community_of_rows({"coverage": [span]}), month="2026-04")["month"]
    assert months.tolist() == [pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-01")]


def found_themes(texts, themes):
    labels = sorted({theme for theme in themes if theme})
    about = pd.DataFrame(
        {
            "theme_id": labels,
            "label": [f"about {theme}" for theme in labels],
            "terms": [[f"about {theme}", "Facturé"] if theme == "t01" else [theme] for theme in labels],
            "items": 0, "authors": 0, "share": 0.0, "sentiment": 0.0, "negative_share": 0.0, "language": "en",
        }
    )  # fmt: skip
    assigned = pd.DataFrame({"text_id": texts["text_id"], "theme_id": themes, "similarity": 0.5})
    return Themes(about, assigned, pd.DataFrame(columns=["theme_id", "text", "at", "source"]), len(texts), None, None)


def made_texts(counts):
    """{(theme, month): n} → texts and their themes; every text by another author."""
    listed = [(theme, month) for (theme, month), n in counts.items() for _ in range(n)]
    texts = pd.DataFrame(
        {
            "text_id": [str(n) for n in range(len(listed))],
            "member_id": [f"m{n}" for n in range(len(listed))],
            "month": pd.to_datetime([month for _, month in listed]),
        }
    )
    return texts, found_themes(texts, [theme for theme, _ in listed])


BEFORE = ["2026-03-01", "2026-04-01", "2026-05-01"]


def test_trends_are_told_only_when_chance_hardly_explains_them():
    counts = {("t01", "2026-06-01"): 30, ("t02", "2026-06-01"): 4, ("t03", "2026-06-01"): 5, ("t04", "2026-06-01"): 1}
    counts |= {(theme, month): n for theme, n in (("t01", 10), ("t02", 3), ("t04", 10)) for month in BEFORE}
    texts, found = made_texts(counts)
    trend = theme_trend(texts, found, month="2026-06", covered_months=BEFORE).set_index("theme_id")
    assert trend["trend"].to_dict() == {"t01": "up", "t02": "steady", "t03": "new", "t04": "down"}
    assert trend.loc["t01", ["items", "mean_before", "ratio"]].tolist() == [30, 10, 3]
    assert trend["months_in_a_row"].to_dict() == {"t01": 4, "t02": 4, "t03": 1, "t04": 4}


def test_the_interval_of_the_ratio_is_the_exact_one():
    counts = {("t01", "2026-06-01"): 30, **{("t01", month): 10 for month in BEFORE}}
    texts, found = made_texts(counts)
    row = theme_trend(texts, found, month="2026-06", covered_months=BEFORE).iloc[0]
    from scipy.stats import binomtest

    exact = binomtest(30, 60).proportion_ci(0.95, "exact")
    assert row["low"] == pytest.approx(3 * exact.low / (1 - exact.low))
    assert row["high"] == pytest.approx(3 * exact.high / (1 - exact.high))


def test_uncovered_months_before_are_not_compared_with():
    texts, found = made_texts({("t01", "2026-06-01"): 9, ("t01", "2026-05-01"): 3})
    one = theme_trend(texts, found, month="2026-06", covered_months=["2026-05-01"]).iloc[0]
    none = theme_trend(texts, found, month="2026-06", covered_months=[]).iloc[0]
    assert one["mean_before"] == 3
    assert np.isnan(none["mean_before"]) and none["trend"] is None


def test_covered_share_counts_texts_of_the_month_only():
    texts, found = made_texts({("t01", "2026-06-01"): 3, (None, "2026-06-01"): 1, ("t01", "2026-05-01"): 50})
    row = themes_covered_share(texts, found, month="2026-06").iloc[0]
    assert (row["numerator"], row["denominator"], row["themes_covered_share"]) == (3, 4, 0.75)
    empty = themes_covered_share(texts, found, month="2026-01").iloc[0]
    assert np.isnan(empty["themes_covered_share"]) and empty["why"] == "why.no_texts"


def test_months_that_are_not_covered_are_unknown_and_covered_ones_without_texts_are_nought():
    texts, found = made_texts({("t01", "2026-06-01"): 3, (None, "2026-06-01"): 1, ("t01", "2026-03-01"): 2})
    months = themes_by_month(texts, found, month="2026-06", covered_months=["2026-05-01"]).set_index("month")
    assert months["feedback_texts"].fillna(-1).tolist() == [-1, -1, 0, 4]
    assert months["themes_covered_share"].fillna(-1).tolist() == [-1, -1, -1, 0.75]
    assert months["themes"].iloc[-1] == 1


def test_as_many_themes_are_counted_in_a_month_as_its_table_lists():
    """A theme of the four months that one person came back to is not one of the month: tile and list would differ."""
    texts, found = made_texts({("t01", "2026-06-01"): 3, ("t02", "2026-05-01"): 4, ("t02", "2026-06-01"): 2})
    for month, listed in (("2026-06", ["t01"]), ("2026-05", ["t02"])):
        counted = themes_by_month(texts, found, month=month, covered_months=["2026-05-01"])["themes"].iloc[-1]
        trend = theme_trend(texts, found, month=month, covered_months=[])
        assert counted == len(listed) and theme_table(found, trend)["theme_id"].tolist() == listed


def test_a_theme_goes_to_the_team_whose_word_it_holds_whatever_accents():
    texts, found = made_texts({("t01", "2026-06-01"): 3, ("t02", "2026-06-01"): 4})
    trend = theme_trend(texts, found, month="2026-06", covered_months=[])
    table = theme_table(found, trend, teams={"billing": ["factur"], "empty": [""]})
    assert table.set_index("theme_id")["team"].to_dict() == {"t01": "billing", "t02": None}
    assert table["theme_id"].tolist() == ["t02", "t01"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_stand_with_and_without_themes(language):
    texts, found = made_texts({("t01", "2026-06-01"): 3})
    table = theme_table(found, theme_trend(texts, found, month="2026-06", covered_months=[]))
    for frame in (table, table.head(0)):
        title = sentences.themes(frame, language=language)
        assert figures.themes(frame, title=title, language=language).layout.title.text
        assert sentences.theme_trend(frame, language=language)
        assert len(sentences.theme_rows(frame, language=language)) == len(frame)
    assert "about t01" in sentences.themes(table, language=language)
