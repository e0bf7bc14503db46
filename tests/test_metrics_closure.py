"""What becomes of feedback, and the mood of groups and weeks: hand tables, plain pandas, laws."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import figures, metrics, models, sentences
from workbench.engine import community_of_rows
from workbench.words import catalogue

MONTH = "2026-03"
THEMES = pd.DataFrame({"theme_id": ["t1", "t2", "t3", "t4"]})


def routed(*rows):
    """A log of routings (theme, noted, closed, status)."""
    names = ("theme_id", "noted_at", "closed_at", "status")
    listed = [
        {"entry_id": str(n), "kind": "routing", **dict(zip(names, row, strict=True))} for n, row in enumerate(rows)
    ]
    return community_of_rows({"log": listed})


def closure(community, themes=THEMES):
    return metrics.feedback_closure(community, month=MONTH, themes=themes).set_index("step")


def test_themes_and_single_remarks_counted_by_hand():
    found = closure(routed(
        ("t1", "2026-01-10", "2026-03-20", None),  # routed long ago, answered now
        ("t2", "2026-03-05", "2026-04-02", "answered"),  # the answer is of April
        (None, "2026-03-06", None, "Répondu"),  # one remark; nobody knows when it was answered
        (None, "2026-02-06", "2026-02-07", None),  # a remark of February is no item of March
        ("t9", "2026-03-07", "2026-03-09", None),  # a theme that is none of this month's: a remark
        ("t3", "2026-04-01", None, None),  # not routed yet
    ))  # fmt: skip
    assert found[["numerator", "denominator"]].values.tolist() == [[4, 6], [3, 4]]
    assert found.loc["answered", "median_days"] == (69 + 2) / 2


def test_a_theme_routed_twice_is_one_item_and_its_first_answer_counts():
    found = closure(routed(("t1", "2026-03-01", None, None), ("t1", "2026-03-02", "2026-03-04", None)))
    assert found[["numerator", "denominator"]].values.tolist() == [[1, 4], [1, 1]]
    assert found.loc["answered", "median_days"] == 2


def test_what_cannot_be_known_is_null_with_a_reason():
    nothing = closure(routed())
    assert nothing.loc["routed", "feedback_closure"] == 0
    assert nothing.loc["answered", ["why", "median_days_why"]].tolist() == ["why.nothing_routed"] * 2
    unnamed = closure(routed(("t1", "2026-03-01", None, None)), themes=None)
    assert unnamed.loc["routed", "why"] == "why.no_themes_given" and unnamed.loc["answered", "denominator"] == 1
    assert unnamed.loc["answered", "median_days_why"] == "why.nothing_answered"
    assert closure(routed(), THEMES.head(0)).loc["routed", "why"] == "why.no_feedback_items"
    undated = closure(routed(("t1", "2026-03-01", None, "answered")))
    assert undated.loc["answered", "median_days_why"] == "why.no_answer_dates"
    for frame in (nothing, unnamed, undated):
        assert set(frame["why"].dropna()) | set(frame["median_days_why"].dropna()) <= set(catalogue())


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["t1", "t2", "t9", None]),
        st.integers(1, 28).map("2026-02-{:02}".format) | st.integers(1, 31).map("2026-03-{:02}".format),
        st.none() | st.integers(1, 30).map("2026-04-{:02}".format) | st.just("2026-03-31"),
        st.sampled_from([None, "answered", "sent"]),
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(ENTRIES)
def test_closure_is_what_the_definition_reads(rows):
    found = closure(routed(*rows))
    items = {("theme", theme) for theme in THEMES["theme_id"]}
    answered, passed = set(), set()
    for number, (theme, noted, closed, status) in enumerate(rows):
        item = ("theme", theme) if theme in set(THEMES["theme_id"]) else ("remark", number)
        if item[0] == "remark" and noted < "2026-03-01":
            continue
        passed.add(item)
        if (closed is not None and closed < "2026-04-01") or (closed is None and status == "answered"):
            answered.add(item)
    assert found[["numerator", "denominator"]].values.tolist() == [
        [len(passed), len(items | passed)], [len(answered), len(passed)],
    ]  # fmt: skip
    assert answered <= passed <= items | passed


def scored(*rows):
    """(group, week, member, polarity, how many)."""
    return pd.DataFrame(
        [
            {"group_id": group, "group_name": group, "week": pd.Timestamp(week), "day": pd.Timestamp(week),
             "member_id": member, "polarity": polarity}
            for group, week, member, polarity, many in rows
            for _ in range(many)
        ],
        columns=["group_id", "group_name", "week", "day", "member_id", "polarity"],
    )  # fmt: skip


def test_a_mood_needs_thirty_texts_by_five_people():
    def people(group, texts, of):
        return [(group, "2026-03-02", str(n % of), -0.5 if n % 3 == 0 else 0.5, 1) for n in range(texts)]

    found = models.sentiment_by_week(scored(*people("enough", 30, 5), *people("few", 29, 9), *people("alone", 300, 4)))
    by_group = found.set_index("group_id")
    assert by_group.loc["enough", ["positive_share", "negative_share"]].astype(float).round(3).tolist() == [
        0.667,
        0.333,
    ]
    assert by_group["why"].where(by_group["why"].notna(), None).to_dict() == {
        "enough": None, "few": "why.few_texts", "alone": "why.few_authors",
    }  # fmt: skip
    # 300 texts of four people are the moods of four people, however many texts.
    assert by_group.loc[["few", "alone"], ["positive_share", "negative_share", "negative_low"]].isna().all(axis=None)
    assert "member_id" not in found


def test_answers_and_reviews_without_a_group_are_a_row_of_their_own():
    found = models.sentiment_by_week(scored(*[(None, "2026-03-02", None, 0.5, 30), ("a", "2026-03-02", "x", 0.5, 1)]))
    assert found["texts"].tolist() == [1, 30] and found["positive_share"].iloc[1] == 1  # each anonymous one is somebody


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["2026-03-02", "2026-03-09"]),
                          st.sampled_from("uvwxyz"), st.floats(-1, 1), st.integers(1, 12)), max_size=12))  # fmt: skip
def test_no_text_is_lost_and_shares_are_shares(rows):
    texts = scored(*rows)
    found = models.sentiment_by_week(texts)
    assert found["texts"].sum() == len(texts)
    known = found.dropna(subset="negative_share")
    assert (known["negative_share"] + known["positive_share"] <= 1 + 1e-9).all()
    assert (known["negative_low"] <= known["negative_share"] + 1e-9).all()
    assert (known["negative_share"] <= known["negative_high"] + 1e-9).all()
    for row in known.itertuples():
        cell = texts[(texts["group_id"] == row.group_id) & (texts["week"] == row.week)]
        assert row.negative_share == pytest.approx((cell["polarity"] < -0.05).mean())


def days(counts):
    """Negative texts per day; one neutral text a day besides."""
    rows = [(day, -0.5) for day, many in counts.items() for _ in range(many)] + [(day, 0.0) for day in counts]
    return pd.DataFrame(rows, columns=["day", "polarity"])


def test_a_day_of_many_negative_texts_is_unusual_and_a_day_of_few_is_not():
    usual = dict.fromkeys(pd.date_range("2026-01-01", "2026-03-31"), 2)
    found = models.negative_days(
        days({**usual, pd.Timestamp("2026-03-10"): 12, pd.Timestamp("2026-03-11"): 9}), month=MONTH
    )
    # Nine are above the band (median 2, no spread) and still too few to be called a spike.
    assert found.loc[found["unusual"], "day"].astype(str).tolist() == ["2026-03-10"]
    assert len(found) == 31 and found["median"].eq(2).all()


def test_with_a_short_history_no_day_is_unusual():
    usual = dict.fromkeys(pd.date_range("2026-02-20", "2026-03-31"), 2)
    found = models.negative_days(days({**usual, pd.Timestamp("2026-03-10"): 40}), month=MONTH)
    assert found["median"].isna().all() and not found["unusual"].any()
    assert not models.negative_days(days({}), month=MONTH)["unusual"].any()


def test_texts_are_those_of_eligible_people_in_local_days_and_whole_weeks():
    members = [
        {"member_id": "chat:a", "platform": "chat"},
        {"member_id": "chat:s", "platform": "chat", "role": "staff"},
    ]
    times = {"1": "2026-03-01 23:30", "2": "2026-03-29 22:30", "3": "2025-12-28 22:59", "4": "2025-12-28 23:00"}
    events = [
        {"event_id": one, "member_id": "chat:a", "kind": "post", "occurred_at": at, "platform": "chat"}
        for one, at in times.items()
    ]
    events += [
        {**events[0], "event_id": "5", "member_id": "chat:s"},
        {**events[0], "event_id": "6", "deleted_at": "2026-03-02"},
    ]
    texts = [{"event_id": row["event_id"], "occurred_at": row["occurred_at"], "text": "Super !"} for row in events]
    rows = {"members": members, "events": events, "messages": texts,
            "feedback": [{"feedback_id": "f", "given_at": "2026-03-03", "source": "nps", "text": "merci"}]}  # fmt: skip
    found = metrics.sentiment_texts(community_of_rows(rows, timezone="Europe/Paris"), month=MONTH).set_index("text_id")
    # 8 weeks before 1 March is 4 January; the Monday of that week is 29 December, whose midnight is 23:00 UTC.
    assert found["day"].astype(str).to_dict() == {
        "1": "2026-03-02", "2": "2026-03-30", "4": "2025-12-29", "f": "2026-03-03",
    }  # fmt: skip
    assert found["week"].astype(str).to_dict()["2"] == "2026-03-30"
    assert "text" not in models.with_polarity(found.reset_index())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_texts_and_the_figure_work_with_texts_and_without(language):
    calm = [("<b>help</b>", week, str(n), 0.5, 6) for week in ("2026-03-02", "2026-03-09") for n in range(6)]
    angry = [("<b>help</b>", "2026-03-16", str(n), -0.5, 6) for n in range(6)]
    for rows, word in (([*calm, *angry], "100"), (calm, ""), ([], "")):
        weeks = models.sentiment_by_week(scored(*rows))
        title = sentences.sentiment_by_week(weeks, worse=models.turned_negative(weeks), language=language)
        assert word in title and "nan" not in title
        drawn = figures.sentiment_by_week(weeks, title=title, language=language).to_json()
        assert "<b>help</b>" not in drawn
    for community in (routed(("t1", "2026-03-01", "2026-03-04", None)), routed()):
        for themes in (THEMES, None):
            frame = metrics.feedback_closure(community, month=MONTH, themes=themes)
            assert "nan" not in sentences.feedback_closure(frame, language=language)
