"""The sample community, read by the real importers: every number equals the truth, every story is found."""

import csv
import json
import math
from datetime import datetime
from functools import cache
from pathlib import Path
from statistics import median

import pandas as pd
import pytest

import workbench
from workbench import findings, metrics, models, settings, store
from workbench.period import Month
from workbench.report import numbers
from workbench.sample import WHATSAPP
from workbench.sample.tables import TABLES
from workbench.sources import registry

GARDEN = Path(__file__).parents[1] / "data" / "sample" / "garden"
TRUTH = json.loads((GARDEN / "truth.json").read_text(encoding="utf-8"))
LAST = "2026-10"
ESTIMATES = {"themes_covered_share"}
SERIES = set(numbers.SERIES)


@pytest.fixture(scope="module")
def community(tmp_path_factory):
    folder = tmp_path_factory.mktemp("semis")
    for file in (GARDEN / "slack.zip", *(GARDEN / "tables" / f"{name}.csv" for name in TABLES)):
        receipt = store.add(folder, registry.recognise(file), file, timezone="Europe/Paris")
        assert not receipt.problems, f"{file.name}: {receipt.problems}"
    settings.create(folder / "community.toml", name="Semis", timezone="Europe/Paris")
    with workbench.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def themes(community):
    @cache
    def of(month: str):
        texts = metrics.feedback_texts(community, month=month)
        found = models.community_themes(community, texts)
        covered = metrics.covered_months(community, month=month)["month"]
        trend = models.theme_trend(texts, found, month=month, covered_months=covered)
        return texts, found, models.theme_table(found, trend, teams={})

    return of


@pytest.fixture(scope="module")
def front_page(community, themes):
    month, before = Month.parse(LAST), Month.parse(LAST).back(1)
    names = (
        "at_risk", "hem_changes", "quiet_spells", "top_contributors", "absence_factor", "unanswered", "unanswered_7d",
        "activation_rate", "churn_activity", "nps",
    )  # fmt: skip
    frames = {name: getattr(metrics, name)(community, month=month) for name in names}
    return findings.front_page(
        settings=community.settings,
        language="en",
        mau=metrics.trend(metrics.mau, community, month=month),
        themes=themes(LAST)[2],
        churn_activity_before=metrics.churn_activity(community, month=before),
        nps_before=metrics.nps(community, month=before),
        **frames,
    )


def people(story: str) -> set[str]:
    return set(TRUTH["stories"][story]["people"])


def value(metric, community, month: str):
    return metric(community, month=month)[metric.__name__].iloc[0]


def equal(found, true) -> bool:
    """Counts exactly; what is made by a division up to the last bits of a float."""
    if isinstance(true, dict) and isinstance(found, dict):
        return all(equal(found.get(key), true[key]) for key in true)
    if isinstance(true, list):
        return len(found) == len(true) and all(map(equal, found, true))
    if isinstance(true, float) and isinstance(found, int | float):
        return math.isclose(found, true, rel_tol=1e-9)
    return found == true


# Every number


@pytest.mark.parametrize("month", sorted(TRUTH["numbers"]))
def test_every_headline_number_equals_the_truth(community, month):
    true = TRUTH["numbers"][month]
    ids = [one for one in numbers.contract() if one not in ESTIMATES and (month == LAST or one not in SERIES)]
    found = numbers.collect(community, month=Month.parse(month), language="en", ids=ids)
    assert set(ids) <= true.keys(), "a number of the contract has no truth"
    wrong = {}
    for one in ids:
        is_null = true[one] is None and isinstance(found[one], dict)
        if not equal(found[one]["value"] if is_null else found[one], true[one]):
            wrong[one] = (found[one], true[one])
    assert not wrong


@pytest.mark.parametrize("month", sorted(TRUTH["numbers"])[::5])
def test_lists_have_as_many_members_in_earlier_months_as_in_truth(community, month):
    true = TRUTH["numbers"][month]
    assert len(metrics.at_risk(community, month=month)) == true["at_risk_count"]
    assert len(metrics.highly_engaged(community, month=month)) == true["highly_engaged_count"]


def test_leavers_by_reason_equal_the_truth(community):
    for month in ("2025-06", "2026-03", LAST):
        row = metrics.leavers(community, month=month).iloc[0]
        true = TRUTH["numbers"][month]["leavers_by_reason"]
        assert {reason: int(row[f"leavers_{reason}"]) for reason in true} == true
        assert row["leavers"] == sum(true.values())


def test_themes_cover_at_least_what_is_feedback(community, themes):
    """An estimate: small talk has themes, too, so only the lower end is known."""
    texts, found, _ = themes(LAST)
    share = models.themes_covered_share(texts, found, month=LAST).iloc[0]
    feedback = sum(one["texts"] for one in TRUTH["themes"] if one["month"] == LAST)
    assert share["high"] >= feedback / share["denominator"]


# Elsewhere

EXPORTS = {"whatsapp": WHATSAPP, "discord": "discord.zip", "discourse": "discourse.zip"}


@pytest.mark.parametrize("platform", sorted(EXPORTS))
def test_every_number_of_another_platform_alone_equals_the_truth(tmp_path, platform):
    file = GARDEN / EXPORTS[platform]
    source = registry.recognise(file)
    assert source.name == platform
    assert not store.add(tmp_path, source, file, timezone="Europe/Paris").problems
    settings.create(tmp_path / "community.toml", name=platform, timezone="Europe/Paris")
    true = TRUTH["elsewhere"][platform]
    ids = [one for one in numbers.contract() if one in true]
    assert len(ids) > 30
    with workbench.open(tmp_path) as opened:
        found = numbers.collect(opened, month=Month.parse(LAST), language="en", ids=ids)
    wrong = {}
    for one in ids:
        is_null = true[one] is None and isinstance(found[one], dict)
        if not equal(found[one]["value"] if is_null else found[one], true[one]):
            wrong[one] = (found[one], true[one])
    assert not wrong


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    """The community on all its platforms, joined by the identity map, which comes in the middle."""
    folder = tmp_path_factory.mktemp("everywhere")
    files = [GARDEN / "slack.zip", GARDEN / "identities.csv", *(GARDEN / name for name in EXPORTS.values())]
    for file in files:
        assert not store.add(folder, registry.recognise(file), file, timezone="Europe/Paris").problems
    settings.create(folder / "community.toml", name="all", timezone="Europe/Paris")
    with workbench.open(folder) as opened:
        yield opened


def test_who_is_on_several_platforms_counts_once_with_the_identity_map(everywhere):
    assert value(metrics.mau, everywhere, LAST) == TRUTH["together"]["mau"]
    assert value(metrics.contributions, everywhere, LAST) == TRUTH["together"]["contributions"]
    assert value(metrics.platform_overlap, everywhere, LAST) == TRUTH["together"]["on_several"]


# The stories


def test_the_front_page_tells_stories_and_nothing_else(front_page):
    assert [one.id for one in front_page] == [
        "core_lost", "regulars_silent", "unanswered", "theme_up", "satisfaction_fell", "few_carry",
    ]  # fmt: skip


def test_the_highly_engaged_who_went_quiet_are_the_first_finding(front_page):
    assert set(front_page[0].members) == people("core_goes_quiet")


def test_the_regulars_of_the_school_project_are_at_risk_and_on_the_front_page(community, front_page):
    assert people("school_ends") <= set(metrics.at_risk(community, month=LAST)["member_id"])
    assert people("school_ends") <= set(front_page[1].members)


def test_answers_slow_down_when_the_moderator_has_left(community):
    before, after = (metrics.answered_24h(community, month=month).iloc[0] for month in ("2026-06", LAST))
    assert after["high"] < before["low"]
    hours = [value(metrics.first_response_hours, community, month) for month in ("2026-06", LAST)]
    assert hours[1] > 2 * hours[0]


def test_the_small_circle_makes_half_of_the_talk_in_the_end(community, front_page):
    factors = [value(metrics.absence_factor, community, month) for month in ("2026-04", "2026-07", LAST)]
    assert factors == sorted(factors, reverse=True) and factors[-1] <= len(people("small_circle"))
    assert set(front_page[5].members) <= people("small_circle")


def test_the_complaints_about_the_price_are_the_theme_that_grows(front_page, themes):
    assert themes_of("price", themes(LAST))["trend"] == "up"
    row = themes_of("price", themes(LAST))
    assert row["label"] in str(front_page[3].what) and {"prix", "price"} & set(" ".join(row["terms"]).split())


def test_satisfaction_falls_with_the_price_change(community):
    before, after = (metrics.nps(community, month=month).iloc[0] for month in ("2026-09", LAST))
    assert after["high"] < before["low"]


@pytest.mark.parametrize(("month", "trend"), [("2026-06", "up"), ("2026-09", "down")])
def test_the_fault_that_loses_notes_is_a_theme_that_grows_and_goes(themes, month, trend):
    row = themes_of("sync", themes(month))
    assert (row is None or row["trend"] == "down") if trend == "down" else row["trend"] == "up"


def themes_of(theme: str, found):
    """The row of the theme of the month that holds most texts of a planted one; none where it has no text."""
    texts, themes, table = found
    planted = {one["text_id"] for one in TRUTH["feedback"] if one["theme"] == theme}
    month = texts["month"].max()
    here = set(texts.loc[texts["month"] == month, "text_id"]) & planted
    placed = themes.assignments[themes.assignments["text_id"].isin(here)]["theme_id"].dropna()
    if placed.empty:
        return None
    return table[table["theme_id"] == placed.mode().iloc[0]].iloc[0]


@pytest.mark.parametrize(
    ("theme", "month"),
    [
        ("price", LAST),
        ("sync", "2026-06"),
        ("kindness", LAST),
        ("calendar", LAST),
        ("offline", LAST),
        ("printing", LAST),
        ("varieties", LAST),
        ("reminders", LAST),
    ],
)
def test_most_texts_of_a_planted_theme_are_found_in_one_theme(themes, theme, month):
    texts, found, _ = themes(month)
    planted = {one["text_id"] for one in TRUTH["feedback"] if one["theme"] == theme} & set(texts["text_id"])
    row = themes_of(theme, themes(month))
    placed = set(found.assignments.loc[found.assignments["theme_id"] == row["theme_id"], "text_id"])
    assert len(planted & placed) >= 0.75 * len(planted)
    assert row["authors"] >= 5


def test_the_silent_group_was_woken_by_a_prompt(community):
    story = TRUTH["stories"]["silent_group"]
    spells = metrics.quiet_spells(community, month="2025-10")
    row = spells[spells["group_name"] == "compost"].iloc[0]
    assert (str(row["start_on"])[:10], str(row["end_on"])[:10]) == (story["starts"], story["ends"])
    assert row["days"] == story["size"] == 9
    assert bool(row["ended_by_prompt"]) and row["prompt_replies"] == story["answered_by"]


def test_the_welcome_programme_lifts_activation(community):
    def pooled(months):
        rates = [metrics.activation_rate(community, month=month).iloc[0] for month in months]
        return sum(rate["numerator"] for rate in rates) / sum(rate["denominator"] for rate in rates)

    months = sorted(TRUTH["numbers"])
    start = TRUTH["stories"]["welcome_programme"]["starts"][:7]
    before = pooled([month for month in months if month < start])
    after = pooled([month for month in months if month >= start and month != "2026-03"])
    assert after > before + 0.15


def test_those_who_came_with_the_viral_post_do_not_stay(community):
    new = metrics.new_members(community, month="2026-03").iloc[0]
    assert new["new_members"] > 90
    assert str(new["busiest_day"])[:10] == TRUTH["stories"]["viral_post"]["starts"]
    cohorts = metrics.retention_cohort(community, month=LAST)
    two_months_later = cohorts[cohorts["k"] == 2].assign(cohort=lambda frame: frame["cohort"].astype(str).str[:7])
    by_cohort = two_months_later.set_index("cohort")["value"].dropna()
    others = by_cohort[(by_cohort.index >= "2025-11") & (by_cohort.index < "2026-03")]
    assert by_cohort["2026-03"] < 0.5 * others.mean()


def test_the_flood_is_no_highly_engaged_member(community):
    (flooder,) = people("flood")
    assert metrics.top_contributors(community, month="2026-02")["member_id"].iloc[0] == flooder
    assert flooder not in set(metrics.highly_engaged(community, month="2026-02")["member_id"])


def test_spammers_are_gone_and_banned(community):
    assert metrics.leavers(community, month="2025-06")["leavers_banned"].iloc[0] == len(people("spam_wave"))
    assert not people("spam_wave") & set(metrics.highly_engaged(community, month="2025-06")["member_id"])


def test_revenue_equals_the_truth(community):
    series = metrics.revenue_by_month(community, month=LAST)
    found = {str(Month.parse(row.month.date())): row.revenue for row in series.itertuples()}
    assert found == {month: TRUTH["numbers"][month]["revenue"] for month in TRUTH["numbers"]}
    row = metrics.revenue(community, month=LAST).iloc[0]
    assert (row["revenue"], row["currency"]) == (found[LAST], "EUR")


def paid_in(month: str) -> set[str]:
    """Who paid in a month, read from the table as its clerk would read it."""
    day = f"/{month[5:]}/{month[:4]} "
    lines = (GARDEN / "tables" / "payments.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    rows = [line.split(";") for line in lines]
    return {f"slack:{row[2]}" for row in rows if day in row[1] and not row[3].startswith("-")}


def test_cancellations_over_the_price_show_in_the_people_who_pay(community):
    series = metrics.revenue_by_month(community, month=LAST)
    before, now = paid_in("2026-09"), paid_in(LAST)
    assert series["payers"].tail(2).tolist() == [len(before), len(now)]
    # Those of the story who were due before they cancelled have paid once more.
    assert len(people("price_change") & before - now) > 0.7 * len(before - now) > 0.15 * len(before)


@pytest.mark.parametrize("month", ["2025-03", "2026-06", LAST])
def test_who_begins_to_pay_is_who_the_table_says(community, month):
    earlier = set().union(*(paid_in(one) for one in TRUTH["numbers"] if one < month))
    row = metrics.paid_conversion(community, month=month).iloc[0]
    assert row["first_payers"] == len(paid_in(month) - earlier)
    assert row["numerator"] <= row["first_payers"]
    with (GARDEN / "tables" / "roster.csv").open(encoding="utf-8") as file:
        left = {f"slack:{one['id']}": one["left"] for one in csv.DictReader(file)}
    begins = Month.parse(month).start.isoformat()
    still_here = [member for member in earlier if not left[member] or left[member] >= begins]
    assert row["denominator"] == TRUTH["numbers"][month]["members_opening"] - len(still_here)


def test_newcomers_are_welcomed_sooner_and_more_often_since_the_programme(community):
    start = TRUTH["stories"]["welcome_programme"]["starts"][:7]
    months = [month for month in sorted(TRUTH["numbers"]) if month != "2026-03"]  # the viral post brought too many
    rates = {month: metrics.welcome_coverage(community, month=month).iloc[0] for month in months}

    def pooled(chosen):
        return sum(rate["numerator"] for rate in chosen) / sum(rate["denominator"] for rate in chosen)

    before, since = ([rates[month] for month in months if (month >= start) == later] for later in (False, True))
    assert pooled(since) > pooled(before) + 0.15


# What no metric finds yet: each names the one that should


def not_yet(name: str):
    return pytest.mark.xfail(strict=True, raises=AttributeError, reason=f"there is no metric {name} yet")


def test_the_team_s_habit_was_planted_as_it_is_told():
    """The truth of the story alone; the metric that should find it follows below."""
    story = TRUTH["stories"]["staff_favours"]
    share = {name: one["answered"] / one["asked"] for name, one in story.items() if isinstance(one, dict)}
    assert share["core_since"] > 3 * share["others_since"] and share["core_before"] < 2 * share["others_before"]
    assert story["core_since"]["median_hours"] < 1 < story["others_since"]["median_hours"]


def test_spam_suspects_are_the_spammers_and_nobody_else(community):
    found = metrics.spam_suspects(community, month="2025-06")
    assert set(found["member_id"]) == people("spam_wave")
    assert found["banned"].all() and found["same_site"].all()
    assert not [month for month in TRUTH["numbers"] if month != "2025-06" and suspects(community, month)]


def suspects(community, month: str) -> set[str]:
    return set(metrics.spam_suspects(community, month=month)["member_id"])


def test_bans_follow_two_warnings(community):
    ladder = metrics.warn_ladder(community, month="2025-06").iloc[0]
    assert ladder["numerator"] == ladder["denominator"] == len(people("spam_wave"))
    assert ladder["exempt"] == ladder["third_offences"] == 0
    bans = metrics.warned_bans(community, month="2025-06")
    assert set(bans["member_id"]) == people("spam_wave") and (bans["earlier_warnings"] == 2).all()
    days = bans["banned_at_local"].astype(str).str[:10]
    assert days.min() >= TRUTH["stories"]["spam_wave"]["ends"]
    assert metrics.warn_ladder(community, month=LAST)["why"].iloc[0] == "why.no_bans"


def test_what_moderators_removed_and_flagged_in_the_wave_is_counted_once(community):
    """The story tells 40 removals; what was flagged as well is in the table of moderation."""
    found = metrics.spam_rate(community, month="2025-06").iloc[0]
    rows = (GARDEN / "tables" / "moderation.csv").read_text(encoding="utf-8").splitlines()
    wave = [row.split(",") for row in rows if ",2025-06-" in row]
    flagged = {row[7] for row in wave if row[4] == "flag"} - {row[7] for row in wave if row[4] == "remove"}
    assert (found["removed"], found["flagged"]) == (40, len(flagged))
    assert found["numerator"] == 40 + len(flagged) and found["spam_rate"] > 20
    # Exports of Slack drop removed messages; their ids tell when they were written.
    waits = [
        datetime.fromisoformat(row[1]).timestamp() - float(row[7].split(":")[2]) for row in wave if row[4] == "remove"
    ]
    assert found["removals_timed"] == 40 and found["removal_hours"] == pytest.approx(median(waits) / 3600)


def test_the_team_answers_the_highly_engaged_first(community):
    """Who is core was decided, who is highly engaged is measured: the shares are near the truth and not equal to it."""
    story = TRUTH["stories"]["staff_favours"]
    gap = metrics.favouritism_gap(community, month=LAST).set_index("askers")
    engaged, others = gap.loc["highly_engaged"], gap.loc["others"]
    for found, true in ((engaged, story["core_since"]), (others, story["others_since"])):
        assert found["low"] < true["answered"] / true["asked"] < found["high"]
    assert engaged["gap_low"] > 0.1 and engaged["favouritism_gap"] > 0.2
    assert engaged["answered_median_hours"] < 1
    assert gap.loc["newcomers", "why"] == "why.fairness_few_openers"  # few newcomers ask in one month
    before = metrics.favouritism_gap(community, month="2025-10").set_index("askers").loc["highly_engaged"]
    assert before["gap_low"] < 0 < before["gap_high"]


def test_the_highly_engaged_who_went_quiet_are_lost_from_the_circle_and_the_core(community):
    changes = metrics.hem_changes(community, month=LAST)
    lost = set(changes.loc[changes["change"] == "lost", "member_id"])
    assert people("core_goes_quiet") <= lost
    stability = metrics.hem_stability(community, month=LAST).iloc[0]
    assert stability["lost"] == len(lost) and pd.isna(stability["doubt"])
    moves = metrics.ladder(community, month=LAST).set_index(["step_before", "step"])["numerator"]
    assert moves["core", "silent"] >= len(people("core_goes_quiet"))


def test_the_small_circle_is_at_the_heart_of_the_replies_it_gives(community):
    edges = metrics.reply_edges(community, month=LAST)
    among = edges[edges["member_id"].isin(people("small_circle")) & edges["author_id"].isin(people("small_circle"))]
    assert among["replies"].sum() > 0.3 * edges["replies"].sum()


def test_every_reward_of_the_log_is_judged_or_counted_as_left_out(community):
    """Rewards were drawn without any effect on activity: none may be claimed."""
    found = metrics.reward_effect(community, month=LAST).iloc[0]
    assert found["low"] < 0 < found["high"] and found["rewarded"] >= 10


def test_the_prompt_that_woke_the_silent_group_drew_those_who_answered_it(community):
    story = TRUTH["stories"]["silent_group"]
    found = metrics.programmes(community, month=story["ends"][:7])
    (row,) = found[found["group_name"] == story["group"]].to_dict("records")
    assert (row["kind"], str(row["noted_at_local"])[:10]) == ("prompt", story["ends"])
    assert (row["participants"], row["known_by"], row["follow_up"]) == (story["answered_by"], "answers", True)
    event = found[found["kind"] == "event"].iloc[0]
    assert pd.isna(event["participants"]) and event["why"] == "why.programme_no_trace"  # held elsewhere, nobody named


def test_no_effect_is_claimed_of_prompts_for_none_was_planted(community):
    """Who answers a prompt is lively already: without controls alike the prompt would seem to do something."""
    for month in ("2025-10", "2026-04", LAST):
        prompts = metrics.programme_effect(community, month=month).set_index("kind").loc["prompt"]
        assert prompts["participants"] >= 50 and prompts["low"] < 0 < prompts["high"]


@not_yet("tenure_survival")
def test_survival_finds_the_hazards_that_were_drawn(community):
    assert TRUTH["survival"]["leave_per_day"] and len(metrics.tenure_survival(community, month=LAST))


def test_the_logged_incidents_are_counted_in_the_month_in_which_each_thing_happened(community):
    def of(kind, month):
        frame = metrics.incidents(community, month=month).set_index("type")
        counted = frame.loc[kind, ["incidents", "acknowledged", "closed", "still_open"]].tolist()
        return counted, frame["incidents"].sum(), frame.loc[kind, ["hours_to_acknowledge", "hours_to_close"]].tolist()

    # The wave is noted on 9 June at noon, taken up at 13:00 and closed on 13 June at 10:00.
    assert of("spam", "2025-06") == ([1, 1, 1, 0], 1, [1.0, 94.0])
    # The fault is noted on 21 April at 10:00, taken up the next morning at 9:00, closed on 2 July at 16:00.
    counted, total, hours = of("technical", "2026-04")
    assert (counted, total, hours[0]) == ([1, 1, 0, 1], 1, 23.0) and math.isnan(hours[1])
    counted, total, hours = of("technical", "2026-07")
    assert (counted, total, hours[1]) == ([0, 0, 1, 0], 0, 72 * 24 + 6)
    assert len(metrics.open_incidents(community, month="2026-06")) == 1
    assert metrics.open_incidents(community, month=LAST).empty


def test_the_flood_is_a_spike_that_nobody_logged_and_the_spam_wave_is_not(community):
    flood = TRUTH["stories"]["flood"]
    days = metrics.unlogged_spikes(community, month="2026-02")["day"].astype(str).str[:10]
    assert days.tolist() == [flood["starts"], flood["ends"]]
    days = metrics.unlogged_spikes(community, month="2025-06")["day"].astype(str).str[:10]
    wave = TRUTH["stories"]["spam_wave"]
    assert not [day for day in days if wave["starts"] <= day <= wave["ends"]]


def test_the_fault_that_loses_notes_was_passed_on_and_answered(community):
    found = metrics.feedback_closure(community, month="2026-04").set_index("step")
    assert found.loc["routed", "numerator"] == 1 and found.loc["answered", "numerator"] == 1
    assert found.loc["answered", "median_days_why"] == "why.no_answer_dates"


def test_the_post_that_went_round_stands_out(community):
    story = TRUTH["stories"]["viral_post"]
    found = metrics.social_standouts(community, month=story["starts"][:7])
    assert str(found["posted_at_local"].iloc[0])[:10] == story["starts"]
    assert found["times_usual"].iloc[0] > 20 and (found["times_usual"].iloc[1:] < 5).all()
    networks = metrics.social_posts(community, month=story["starts"][:7]).set_index("part")
    mine, other = networks.loc["instagram"], networks.loc["mastodon"]
    assert mine["denominator"] > 5 * other["denominator"]
    others_rate = other["numerator"] / other["denominator"]
    assert abs(mine["median_rate"] - others_rate) < 0.02  # seen by many, and liked by the usual share


def test_the_groups_of_the_last_month_live_as_they_were_planted(community):
    found = metrics.group_health(community, month=LAST).set_index("group_name")
    assert "school-gardens" not in found.index and "announcements" not in found.index  # archived; read-only
    assert found.loc["app-feedback", "trend_low"] > 0  # where the complaints about the price go
    silent = TRUTH["stories"]["silent_group"]
    then = metrics.group_health(community, month=silent["starts"][:7]).set_index("group_name")
    assert then.loc[silent["group"], "silent_days"] < 7  # woken before the month was over
