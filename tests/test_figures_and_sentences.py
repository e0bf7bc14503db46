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


def texts_of(drawn):
    """Every text written into a figure: of its cells and ticks."""
    cells = [cell for trace in drawn.data for row in (getattr(trace, "text", None) or []) for cell in row]
    return [str(one) for one in [*cells, *(drawn.data[0].y or []), *(drawn.layout.yaxis.ticktext or [])]]


def test_thousands_stand_in_a_figure_as_the_language_writes_them():
    steps = [(before, now) for before in figures.fairness.BEFORE for now in figures.fairness.NOW]
    frame = pd.DataFrame(steps, columns=["step_before", "step"]).assign(ladder=0.5, numerator=1025, denominator=2050)
    for language, people in (("en", "1,025"), ("fr", "1\u202f025")):
        drawn = figures.ladder(frame, title="t", language=language)
        assert people in texts_of(drawn) and not any("1025" in one or "2050" in one for one in texts_of(drawn))
        assert drawn.layout.xaxis.separatethousands and drawn.layout.yaxis.separatethousands
    effort = pd.DataFrame({"group_id": ["g"], "group_name": ["g"], "week": pd.to_datetime(["2026-03-02"]),
                           "minutes": [1234.0], "partial": [False]})  # fmt: skip
    assert "1,234" in texts_of(figures.owner_effort(effort, title="t", language="en"))


def test_a_long_name_of_an_upright_axis_is_broken_and_stands_clear_of_its_ticks():
    drawn = figures.house.figure(title="t", language="fr", y="part des questions ayant une réponse")
    assert drawn.layout.yaxis.title.text == "part des questions ayant<br>une réponse"
    assert drawn.layout.yaxis.title.standoff


def test_months_reached_by_few_people_are_no_course():
    # The tail of a retention curve is three people: it leaps from 0 to 67 % and catches the eye.
    frame = pd.DataFrame({"k": [0, 1, 2], "active": [20, 9, 2], "size": [40, 30, 3], "value": [0.5, 0.3, 0.67]})
    frame = frame.assign(low=frame["value"] / 2, high=frame["value"], cohorts=1)
    line = figures.retention_curve(frame, title="t", language="en").data[1]
    assert list(line.x) == [0, 1]
    assert list(figures.retention_curve(frame.tail(1), title="t", language="en").data[1].x) == [2]


def test_of_many_changes_new_and_lost_ones_are_both_shown_and_the_axis_says_that_not_all_are():
    frame = pd.DataFrame({"change": ["kept"] * 5 + ["new"] * 30 + ["lost"] * 26, "score": 50.0, "score_before": 40.0})
    frame["member"] = [f"M-{n:06}" for n in range(len(frame))]
    drawn = figures.hem_changes(frame, title="t", language="en", people=24)
    assert {trace.name: len(trace.x) for trace in drawn.data if trace.name} == {"new": 12, "lost": 12}
    assert drawn.layout.xaxis.title.text.endswith("24 of 61 shown")
    few = figures.hem_changes(frame[frame["change"] != "new"], title="t", language="en", people=40)
    assert "shown" not in few.layout.xaxis.title.text


def test_what_is_known_of_one_step_alone_is_not_called_the_narrowest():
    frame = pd.DataFrame(
        {"id": ["welcome_coverage", "stay_day7"], "value": [0.35, None], "numerator": [122, 0], "denominator": [345, 0]}
    )
    said = sentences.onboarding(frame.assign(why=[None, "why.no_leaves"]), language="en")
    assert said == "Newcomers welcomed: 35% (122 of 345); of the other steps nothing is known."


def test_without_a_known_team_no_share_of_its_answers_is_shown():
    unknown = dict.fromkeys(("answered_share", "answered_median_hours", "favouritism_gap", "gap_low", "gap_high"))
    asked = {"askers": "highly_engaged", "numerator": 0, "denominator": 419, "why": "why.fairness_no_staff"}
    frame = pd.DataFrame([unknown | asked])
    row = sentences.favouritism_gap_rows(frame, language="en").iloc[0]
    assert "0 of 419" not in row.tolist() and row.iloc[1] == "–"


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
