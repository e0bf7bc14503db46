"""Figures and sentences of population, activity and coverage: they hold for silent, tiny and hostile communities."""

import pandas as pd
import pytest
from test_metrics_activity import rows_of

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows

SHOWN = (
    "active_days", "activity_heatmap", "coverage_by_month", "dau", "growth_by_month", "joins_by_source",
    "leavers_by_tenure", "lifecycle_by_month", "mau_by_month", "population_waterfall", "reply_by_hour",
    "rolling_active", "unusual_days", "wau",
)  # fmt: skip
SAID = (*SHOWN, "actions_per_member", "contributions", "contributions_deleted_accounts", "coverage", "coverage_gaps",
        "engagement_rate", "imports_read", "leavers", "lifecycle", "lurker_share", "members_closing", "month_coverage",
        "new_members", "posts_per_active", "problems_by_reason", "quiet_spells", "reconciliation", "referral_share",
        "silent_share", "stickiness", "stickiness_rolling")  # fmt: skip


def member(name, **more):
    return {"member_id": f"chat:{name}", "platform": "chat", **more}


LIVELY = rows_of(
    *((name, f"2026-{month:02}-{day:02} 10:00", "post") for name in "abc" for month in (1, 2, 3) for day in (3, 9, 27)),
    tells=(True, True, True),
    members=[
        member("a", joined_at="2026-01-02"),
        member("b", joined_at="2026-03-02", join_source="<b>link</b>"),
        member("c", joined_at="2026-03-20"),
        member("boss", role="staff"),
    ],
    memberships=[{"membership_id": "1", "member_id": "chat:a", "end_at": "2026-03-28", "end_reason": "left"}],
)
COMMUNITIES = {
    "lively": LIVELY,
    "silent": rows_of(members=[member("a")]),
    "one message": rows_of(("a", "2026-03-20", "post")),
    "not covered": rows_of(("a", "2026-03-20", "post"), coverage=("2026-04-01", "2026-04-30")),
    "empty": {"coverage": [], "imports": []},
}


def sentence(name, frame, language):
    more = {"leaves_known": True} if name == "growth_by_month" else {}
    known = "coverage" if name == "coverage_by_month" else name
    return getattr(sentences, known)(frame, language=language, **more)


@pytest.fixture(scope="module")
def frames():
    made = {}
    for name, rows in COMMUNITIES.items():
        with community_of_rows(rows, timezone="Europe/Paris") as community:
            for metric in SAID:
                made[name, metric] = getattr(metrics, metric)(community, month="2026-03")
    return made


@pytest.mark.parametrize("metric", [one for one in SAID if one != "coverage_by_month"])
@pytest.mark.parametrize("name", COMMUNITIES)
def test_every_community_gets_a_sentence_in_both_languages(frames, name, metric):
    said = {language: sentence(metric, frames[name, metric], language) for language in ("en", "fr")}
    assert said["en"] != said["fr"]
    for one in said.values():
        assert one.endswith(".") and "nan" not in one.lower().split() and "None" not in one


@pytest.mark.parametrize("metric", SHOWN)
@pytest.mark.parametrize("name", COMMUNITIES)
def test_every_community_gets_its_figure(frames, name, metric):
    for language in ("en", "fr"):
        drawn = getattr(figures, metric)(frames[name, metric], title="a < b", language=language)
        assert drawn.layout.title.text == "a &lt; b"
        assert drawn.to_json()


def test_a_source_called_like_a_tag_is_escaped(frames):
    drawn = figures.joins_by_source(frames["lively", "joins_by_source"], title="t", language="en")
    assert "&lt;b&gt;link&lt;/b&gt;" in drawn.data[0].y and "<b>link" not in drawn.to_json()


def test_a_month_that_is_not_whole_is_no_comparison():
    said = [("a", f"2026-{month:02}-20", "post") for month in (1, 2, 3)]
    for coverage, words in (
        (("2026-01-01", "2026-03-25"), "part of the month"),
        (("2026-02-10", "2026-03-31"), "no comp"),
    ):
        frame = metrics.mau_by_month(community_of_rows(rows_of(*said, coverage=coverage)), month="2026-03")
        assert words in sentences.mau_by_month(frame, language="en")


def test_an_hour_with_few_openers_is_not_praised():
    # Three of three against 20 of 60: the tempting mistake is to name the hour with the highest share.
    rows = [(9, 20, 60), (3, 3, 3)]
    frame = pd.DataFrame(rows, columns=["hour", "numerator", "denominator"])
    frame["reply_by_hour"] = frame["numerator"] / frame["denominator"]
    assert "no hour stands out" in sentences.reply_by_hour(frame, language="en")


def test_a_number_is_never_compared_with_an_unknown_one():
    community = community_of_rows(rows_of(("a", "2026-03-20", "post"), coverage=("2026-03-01", "2026-03-31")))
    frame = metrics.trend(metrics.mau, community, month="2026-03")
    assert "no whole month before it" in sentences.trend(frame, metric="mau", language="en")
    frame = metrics.trend(metrics.leavers, community, month="2026-03")
    assert "Leaves are not in this export." in sentences.trend(frame, metric="leavers", language="en")
    assert figures.trend(frame, metric="leavers", title="t", language="fr").to_json()


def test_an_axis_of_a_handful_of_people_marks_no_half_ones():
    months = pd.DataFrame({"month": pd.to_datetime(["2026-01-01"]), "mau": [1], "partial": [False]})
    drawn = figures.mau_by_month(months, title="", language="en")
    assert drawn.layout.yaxis.dtick == 1
    assert figures.mau_by_month(months.assign(mau=40), title="", language="en").layout.yaxis.dtick is None


def test_the_busiest_lift_no_mean_that_is_what_half_of_them_do():
    row = {"posts_per_active": 1.0, "median": 1.0, "p90": 1.0, "why": None}
    assert "lift" not in sentences.posts_per_active(pd.DataFrame([row]), language="en")
    assert "lift the mean to 3" in sentences.posts_per_active(
        pd.DataFrame([row | {"posts_per_active": 3.0}]), language="en"
    )


def test_long_names_of_many_groups_take_a_line_each_and_two_of_one_name_stay_two():
    name = "Willing to pay someone to develop a firmware for my watch"
    row = {"group_name": name, "trend": 0.5, "trend_low": -1.0, "trend_high": 2.0, "active": 1, "members": 9}
    frame = pd.DataFrame([{**row, "group_id": str(n), "active": n} for n in range(40)])
    axis = figures.group_health(frame, title="", language="en").layout.yaxis
    assert len(axis.tickvals) == 30 and set(axis.ticktext) == {"Willing to pay someone to…"}
    week = {"week": pd.Timestamp("2026-03-02"), "partial": False}
    rows = pd.DataFrame([{**week, "group_id": str(n), "group_name": name, "minutes": 60.0 * n} for n in range(2)])
    drawn = figures.owner_effort(rows, title="", language="en")
    assert [cell for line in drawn.data[0].z for cell in line] == [60.0, 0.0]
    assert len(drawn.layout.yaxis.ticktext) == 2 and len(set(drawn.data[0].y)) == 2
