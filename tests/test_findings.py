"""The front page: what makes a finding, what does not, and in which order they stand."""

import pandas as pd
import pytest
from test_actions import CLUB, at_risk, changes, factor, quiet, top, unanswered

from workbench import findings, metrics
from workbench.engine import community_of_rows
from workbench.errors import SettingsError
from workbench.words import catalogue


def ids(**frames):
    return [one.id for one in findings.front_page(settings=CLUB, language="en", **frames)]


def mau(*values, partial=False):
    months = pd.date_range("2026-01-01", periods=len(values), freq="MS")
    flags = [False] * (len(values) - 1) + [partial]
    return pd.DataFrame({"month": months, "mau": [None if v is None else float(v) for v in values], "partial": flags})


def churn(numerator, denominator, **more):
    counts = pd.DataFrame({"numerator": [numerator], "denominator": [denominator]})
    return metrics.intervals.rate(counts, "churn_activity").assign(partial=False, **more)


def rate(name, numerator, denominator):
    return metrics.intervals.rate(pd.DataFrame({"numerator": [numerator], "denominator": [denominator]}), name)


def nps(value, low, high, answers=50):
    return pd.DataFrame({"nps": [value], "low": [low], "high": [high], "denominator": [answers]})


def themes(**row):
    usual = {"theme_id": "t01", "label": "refund", "items": 9, "authors": 6, "trend": "up", "ratio": 3.0}
    return pd.DataFrame([{**usual, "mean_before": 3.0, "team": None, **row}])


def test_nothing_given_nothing_found():
    assert ids() == []


def test_a_change_that_chance_could_make_is_no_finding():
    assert ids(mau=mau(100, 90)) == []  # chance alone moves the difference by 27
    assert ids(mau=mau(100, 60)) == ["activity_fell"]
    assert ids(mau=mau(60, 100)) == ["activity_rose"]
    assert ids(mau=mau(10_000, 9_500)) == []  # surely fewer, but not by a tenth


def test_a_handful_of_people_is_too_thin_to_speak_of_a_fall():
    assert ids(mau=mau(9, 0)) == []


def test_a_partial_month_or_a_missing_one_before_is_no_comparison():
    assert ids(mau=mau(100, 50, partial=True)) == []
    assert ids(mau=mau(None, 50)) == [] and ids(mau=mau(50, None)) == [] and ids(mau=mau(50)) == []


def test_churn_rose_only_when_the_interval_of_the_difference_lies_above_zero():
    assert ids(churn_activity=churn(50, 100), churn_activity_before=churn(20, 100)) == ["churn_rose"]
    assert ids(churn_activity=churn(25, 100), churn_activity_before=churn(20, 100)) == []
    assert ids(churn_activity=churn(20, 100), churn_activity_before=churn(50, 100)) == []
    assert ids(churn_activity=churn(8, 9), churn_activity_before=churn(0, 9)) == []  # under `few`
    assert ids(churn_activity=churn(50, 100), churn_activity_before=churn(0, 0)) == []


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, Statistics in Medicine 17, 873–890, table II, example (a), method 10: 56/70 and 48/80.
    this, last = (churn(*counts).iloc[0] for counts in ((56, 70), (48, 80)))
    low, high = findings._difference(this, last, "churn_activity")
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_a_lost_member_is_named_once_as_lost_and_not_again_as_silent():
    lost = changes(("chat:a", "lost", 80.0, 20.0), ("chat:k", "kept", 90.0, 91.0))
    found = findings.front_page(settings=CLUB, language="en", hem_changes=lost, at_risk=at_risk("chat:a", "chat:r"))
    assert [(one.id, one.members) for one in found] == [("core_lost", ("chat:a",)), ("regulars_silent", ("chat:r",))]
    assert found[0].what == "1 of last month’s 2 highly engaged members has pulled back."
    # The page of churn counts both: without a word the two numbers would contradict each other.
    assert found[1].what.startswith("Besides highly engaged members, 1 regular has gone quiet")


def test_a_slide_over_the_border_is_no_loss():
    assert ids(hem_changes=changes(("chat:a", "lost", 80.0, 79.0))) == []


def test_unanswered_questions_are_a_finding_when_several_waited_a_week():
    often, seldom = rate("unanswered_7d", 30, 100), rate("unanswered_7d", 4, 100)
    assert ids(unanswered=unanswered(400, 300, 200), unanswered_7d=often) == ["unanswered"]
    assert ids(unanswered=unanswered(400, 300, 30), unanswered_7d=often) == []
    assert ids(unanswered=unanswered(400, 300, 200), unanswered_7d=seldom) == []
    assert ids(unanswered=unanswered(400, 300, 200), unanswered_7d=rate("unanswered_7d", 0, 0)) == []


def test_a_theme_is_a_finding_when_it_is_new_or_grew_by_half():
    assert ids(themes=themes()) == ["theme_up"]
    assert ids(themes=themes(team="billing")) == ["theme_up_team"]
    assert ids(themes=themes(trend="new", ratio=None)) == ["theme_new"]
    for nothing in ({"ratio": 1.2}, {"trend": "steady"}, {"trend": "down"}, {"trend": None}, {"authors": 4}):
        assert ids(themes=themes(**nothing)) == []


def test_satisfaction_fell_only_when_the_intervals_lie_apart():
    assert ids(nps=nps(10, 0, 20), nps_before=nps(50, 40, 60)) == ["satisfaction_fell"]
    assert ids(nps=nps(30, 15, 45), nps_before=nps(50, 40, 60)) == []
    assert ids(nps=nps(10, 0, 20, answers=4), nps_before=nps(50, 40, 60)) == []


def test_a_group_silent_for_half_a_year_is_no_news():
    assert ids(quiet_spells=quiet(("a", 9, True))) == ["groups_silent"]
    assert ids(quiet_spells=quiet(("a", 180, True), ("b", 9, False))) == []


def test_newcomers_are_called_silent_only_when_surely_under_half_spoke():
    assert ids(activation_rate=rate("activation_rate", 3, 20)) == ["newcomers_silent"]
    assert ids(activation_rate=rate("activation_rate", 8, 20)) == []
    assert ids(activation_rate=rate("activation_rate", 0, 5)) == []


def everything():
    return {
        "mau": mau(200, 100),
        "churn_activity": churn(60, 100),
        "churn_activity_before": churn(20, 100),
        "hem_changes": changes(("chat:a", "lost", 80.0, 20.0), ("chat:n", "new", None, 60.0)),
        "at_risk": at_risk(*[f"chat:r{n}" for n in range(8)]),
        "unanswered": unanswered(400, 300, 200),
        "unanswered_7d": rate("unanswered_7d", 30, 100),
        "themes": themes(),
        "nps": nps(10, 0, 20),
        "nps_before": nps(50, 40, 60),
        "quiet_spells": quiet(("a", 9, True)),
        "top_contributors": top(0.5, 0.1),
        "absence_factor": factor(1, 30),
        "activation_rate": rate("activation_rate", 3, 20),
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_holds_six_findings_the_most_urgent_first_each_complete(language):
    found = findings.front_page(settings=CLUB, language=language, **everything())
    expected = ["core_lost", "activity_fell", "churn_rose", "regulars_silent", "unanswered", "theme_up"]
    assert [one.id for one in found] == expected
    for one in found:
        assert all(len(text) > 10 for text in (one.what, one.why, one.sure, one.do)) and one.metric
    silent = found[3]
    assert len(silent.members) == 8 and silent.whom.count("M-") == findings.NAMED and "3" in silent.whom
    assert "Name of" not in silent.whom


def test_every_finding_of_the_catalogue_can_be_made_in_both_languages():
    made = {"theme_new", "theme_new_team", "theme_up_team"}
    frames = everything()
    groups = [{name: frames[name] for name in names} for names in (
        ("hem_changes",), ("mau",), ("churn_activity", "churn_activity_before"), ("at_risk",),
        ("unanswered", "unanswered_7d"), ("themes",), ("nps", "nps_before"), ("quiet_spells",),
        ("top_contributors", "absence_factor"), ("activation_rate",),
    )]  # fmt: skip
    for group in [*groups, {"mau": mau(100, 200)}]:
        for language in ("en", "fr"):
            made |= {one.id for one in findings.front_page(settings=CLUB, language=language, **group)}
    for trend, team in (("new", None), ("new", "billing"), ("up", "billing")):
        for language in ("en", "fr"):
            findings.front_page(settings=CLUB, language=language, themes=themes(trend=trend, team=team))
    texts = {key.split(".")[1] for key in catalogue() if key.startswith("findings.") and key.endswith(".what")}
    assert texts == made


def test_the_headline_is_the_first_finding_or_says_that_nothing_stands_out():
    found = findings.front_page(settings=CLUB, language="en", mau=mau(200, 100))
    assert findings.headline(found, language="en") == found[0].what
    assert findings.headline([], language="en") == "Nothing stands out this month."


def with_goals(*goals):
    events = [
        {"event_id": f"{n}", "platform": "chat", "member_id": f"chat:{n}", "kind": "post", "occurred_at": "2026-03-05"}
        for n in range(12)
    ]
    coverage = [{"platform": "chat", "from_at": "2026-02-01", "to_at": "2026-03-31"}]
    chosen = [dict(zip(("metric", "target", "by"), goal, strict=True)) for goal in goals]
    return community_of_rows({"events": events, "coverage": coverage}, goals=chosen)


def test_a_goal_is_reached_from_above_or_from_below_as_its_metric_wants():
    community = with_goals(("mau", 12, "2026-12"), ("mau", 20, "2026-12"), ("absence_factor", 6, "2026-12"),
                           ("hem_share_10", 0.1, "2026-12"), ("engagement_rate", 0.5, "2026-12"))  # fmt: skip
    frame = metrics.goals(community, month="2026-03")
    assert frame["reached"].tolist() == [True, False, True, False, True]
    assert frame["is_share"].tolist() == [False, False, False, True, True]
    assert findings.goals(frame, language="en") == "3 of 5 goals are reached."
    table = findings.goals_table(frame, language="en")
    assert table["progress"].tolist()[:2] == ["reached", "8 to go"]
    assert table["target"].iloc[3] == "at most 10%" and table["by"].iloc[0] == "December 2026"
    assert findings.goals_table(frame, language="fr")["target"].iloc[0] == "au moins 12"


def test_a_goal_whose_number_is_unknown_says_why_instead_of_failing():
    frame = metrics.goals(with_goals(("churn_of_opening", 0.05, "2026-12")), month="2026-03")
    assert frame["reached"].iloc[0] is None and frame["why"].iloc[0] == "why.no_leaves"
    assert findings.goals_table(frame, language="fr")["now"].iloc[0].startswith("Les départs")
    assert findings.goals(frame, language="en") == "0 of 1 goal is reached."


def test_a_goal_for_a_number_that_does_not_exist_names_the_nearest():
    with pytest.raises(SettingsError, match=r'metric = "mua" is no number that a goal .* Did you mean "mau"\?'):
        metrics.goals(with_goals(("mua", 12, "2026-12")), month="2026-03")
    with pytest.raises(SettingsError, match="at_risk"):
        metrics.goals(with_goals(("at_risk", 12, "2026-12")), month="2026-03")


def test_without_goals_and_purpose_the_page_says_how_to_set_them():
    assert "[[goals]]" in findings.goals(metrics.goals(with_goals(), month="2026-03"), language="en")
    assert "purpose" in findings.purpose(CLUB, language="fr")
