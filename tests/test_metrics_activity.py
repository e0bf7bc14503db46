"""Activity: hand tables, an oracle written as the definitions read, laws."""

from collections import Counter, defaultdict
from datetime import UTC, date, timedelta
from statistics import mean, median

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import CONTRIBUTIONS, Oracle

from workbench import metrics
from workbench.engine import community_of_rows

SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def rows_of(*said, coverage=("2026-01-01", "2026-05-31"), tells=(False, False, False), **tables):
    """Canonical rows from (member, instant, kind[, more]) tuples, all in chat:general."""
    events = []
    for number, (member, at, kind, *more) in enumerate(said):
        events.append(
            {
                "event_id": f"chat:{number}",
                "platform": "chat",
                "group_id": "chat:general",
                "member_id": member and f"chat:{member}",
                "occurred_at": at,
                "kind": kind,
                "deleted_at": None,
                **(more[0] if more else {}),
            }
        )
    joins, leaves, visits = tells
    return {
        "imports": [
            {
                "import_id": "a",
                "platform": "chat",
                "tells_joins": joins,
                "tells_leaves": leaves,
                "tells_visits": visits,
            }
        ],
        "coverage": [{"platform": "chat", "from_at": coverage[0], "to_at": coverage[1]}],
        "events": events,
        **tables,
    }


def one(frame, column):
    value = frame[column].iloc[0]
    return None if pd.isna(value) else value


# Hand tables


def test_a_person_active_twice_in_a_month_counts_once():
    community = community_of_rows(rows_of(("a", "2026-03-02", "post"), ("a", "2026-03-20", "reply")))
    assert one(metrics.mau(community, month="2026-03"), "mau") == 1


def test_two_accounts_of_one_person_are_one_active_member_on_the_day_they_share():
    people = [{"member_id": f"chat:{name}", "platform": "chat", "person_id": "ana"} for name in ("a", "b")]
    rows = rows_of(("a", "2026-03-02 08:00", "post"), ("b", "2026-03-02 09:00", "post"), members=people)
    community = community_of_rows(rows)
    assert one(metrics.mau(community, month="2026-03"), "mau") == 1
    assert metrics.dau(community, month="2026-03")["dau"].sum() == 1


def test_reactions_visits_and_shares_make_nobody_active():
    rows = rows_of(*((kind, "2026-03-02", kind) for kind in ("reaction", "visit", "attend", "share")))
    assert one(metrics.mau(community_of_rows(rows), month="2026-03"), "mau") == 0


def test_a_poll_vote_is_a_contribution():
    assert one(metrics.mau(community_of_rows(rows_of(("a", "2026-03-02", "poll_vote"))), month="2026-03"), "mau") == 1


def test_what_was_deleted_after_the_month_still_counts_in_it():
    # The tempting mistake: to filter on "deleted_at is null", which lets today's deletions change last year's report.
    later = {"deleted_at": "2026-04-01 00:00"}
    in_time = {"deleted_at": "2026-03-31 23:59"}
    rows = rows_of(("a", "2026-03-02", "post", later), ("b", "2026-03-02", "post", in_time))
    community = community_of_rows(rows)
    assert one(metrics.mau(community, month="2026-03"), "mau") == 1
    # In April's report, the month before is seen as it is then.
    assert one(metrics.lifecycle(community, month="2026-04"), "dormant") == 0


def test_a_message_at_half_past_eleven_utc_belongs_to_the_next_local_day():
    rows = rows_of(("a", "2026-02-28 23:30", "post"))
    assert one(metrics.mau(community_of_rows(rows, timezone="Europe/Paris"), month="2026-03"), "mau") == 1
    assert one(metrics.mau(community_of_rows(rows, timezone="UTC"), month="2026-03"), "mau") == 0


def test_the_day_the_clock_changes_is_one_day():
    # 29 March 2026 has 23 hours in Paris: it begins at 23:00 UTC and ends at 22:00 UTC.
    said = [
        ("a", at, "post") for at in ("2026-03-28 22:59", "2026-03-28 23:00", "2026-03-29 21:59", "2026-03-29 22:00")
    ]
    frame = metrics.dau(community_of_rows(rows_of(*said), timezone="Europe/Paris"), month="2026-03").set_index("day")
    assert frame.loc["2026-03-28":"2026-03-30", "dau"].tolist() == [1, 1, 1]
    said = [("a", "2026-03-28 23:00", "post"), ("b", "2026-03-29 21:59", "post")]
    frame = metrics.dau(community_of_rows(rows_of(*said), timezone="Europe/Paris"), month="2026-03").set_index("day")
    assert frame.loc["2026-03-29", "dau"] == 2


def test_silent_covered_days_lower_the_mean_and_days_not_covered_do_not():
    rows = rows_of(("a", "2026-03-20", "post"), coverage=("2026-03-11", "2026-03-31"))
    community = community_of_rows(rows)
    frame = metrics.dau(community, month="2026-03")
    assert frame["dau"].isna().sum() == 10
    assert one(metrics.dau_mean(community, month="2026-03"), "dau_mean") == 1 / 21


def test_a_month_that_the_data_do_not_cover_is_unknown_and_not_zero():
    community = community_of_rows(rows_of(("a", "2026-03-20", "post")))
    for metric in ("mau", "mau28", "dau_mean", "contributions", "contributions_deleted_accounts"):
        frame = getattr(metrics, metric)(community, month="2027-01")
        assert one(frame, metric) is None and one(frame, "why") == "why.not_covered"
    for metric in ("stickiness", "engagement_rate", "posts_per_active", "silent_share"):
        frame = getattr(metrics, metric)(community, month="2027-01")
        assert one(frame, metric) is None and one(frame, "why") is not None


def test_a_covered_month_without_activity_is_zero_and_not_unknown():
    community = community_of_rows(rows_of(("a", "2026-03-20", "post")))
    assert one(metrics.mau(community, month="2026-04"), "mau") == 0
    assert one(metrics.contributions(community, month="2026-04"), "contributions") == 0
    assert one(metrics.stickiness(community, month="2026-04"), "why") == "why.nobody"


def test_a_week_belongs_to_the_month_of_its_thursday():
    # Monday 30 March to Sunday 5 April 2026: its Thursday is 2 April, so what was said on 31 March is in April's week.
    community = community_of_rows(rows_of(("a", "2026-03-31", "post"), ("b", "2026-04-05", "post")))
    april = metrics.wau(community, month="2026-04")
    assert april["week"].iloc[0] == pd.Timestamp("2026-03-30") and april["wau"].iloc[0] == 2
    assert pd.Timestamp("2026-03-30") not in set(metrics.wau(community, month="2026-03")["week"])


def test_a_week_that_ends_after_the_month_uses_nothing_from_after_it():
    # Thursday 30 April 2026; the week ends on 3 May.
    community = community_of_rows(rows_of(("a", "2026-04-28", "post"), ("b", "2026-05-02", "post")))
    last = metrics.wau(community, month="2026-04").iloc[-1]
    assert (last["wau"], last["days"], last["complete"]) == (1, 4, False)


def test_who_writes_without_being_a_member_is_not_in_the_engagement_rate():
    # Left in February and wrote in March all the same: the rate would exceed 1.
    rows = rows_of(
        ("a", "2026-03-02", "post"),
        ("b", "2026-03-02", "post"),
        tells=(True, True, False),
        members=[{"member_id": f"chat:{name}", "platform": "chat", "joined_at": "2026-01-02"} for name in "ab"],
        memberships=[{"membership_id": "1", "member_id": "chat:b", "end_at": "2026-02-03", "end_reason": "left"}],
    )
    frame = metrics.engagement_rate(community_of_rows(rows), month="2026-03")
    assert frame[["numerator", "denominator"]].iloc[0].tolist() == [1, 1]


def test_joiners_of_the_month_are_in_the_denominator_of_the_engagement_rate():
    members = [
        {"member_id": "chat:a", "platform": "chat", "joined_at": "2026-01-02"},
        {"member_id": "chat:b", "platform": "chat", "joined_at": "2026-03-30"},
    ]
    community = community_of_rows(rows_of(("a", "2026-03-02", "post"), members=members))
    assert one(metrics.engagement_rate(community, month="2026-03"), "engagement_rate") == 0.5


def test_a_poll_vote_is_no_action_per_member():
    said = [("a", "2026-03-02", kind) for kind in ("post", "reply", "reaction", "share", "poll_vote", "visit")]
    frame = metrics.actions_per_member(community_of_rows(rows_of(*said)), month="2026-03")
    assert one(frame, "actions_per_member") == 4.0


def test_presence_is_unknown_where_visits_are_not_told():
    rows = rows_of(("a", "2026-03-02", "visit"))
    frame = metrics.dau(community_of_rows(rows), month="2026-03", presence=True)
    assert frame["dau"].isna().all() and set(frame["why"]) == {"why.no_visits"}


def test_presence_counts_visits_of_both_tables_once_a_person():
    rows = rows_of(
        ("a", "2026-03-02 08:00", "visit"),
        ("b", "2026-03-02 08:00", "post"),
        tells=(False, False, True),
        visits=[
            {"visit_id": "1", "visited_at": "2026-03-02 10:00", "visitor_id": "x", "member_id": "chat:a"},
            {"visit_id": "2", "visited_at": "2026-03-03 10:00", "visitor_id": "y", "member_id": None},
        ],
    )
    community = community_of_rows(rows)
    frame = metrics.dau(community, month="2026-03", presence=True).set_index("day")
    assert frame.loc["2026-03-02", "dau"] == 1 and frame.loc["2026-03-03", "dau"] == 0
    lurkers = metrics.lurker_share(community_of_rows({**rows, "events": rows["events"]}), month="2026-03")
    assert lurkers[["numerator", "denominator"]].iloc[0].tolist() == [0, 0]  # the visits are older than 28 days
    rows["events"][0]["occurred_at"] = rows["events"][1]["occurred_at"] = "2026-03-20"
    lurkers = metrics.lurker_share(community_of_rows(rows), month="2026-03")
    assert lurkers[["numerator", "denominator"]].iloc[0].tolist() == [1, 2]


def test_content_of_deleted_accounts_is_in_no_other_number():
    community = community_of_rows(rows_of((None, "2026-03-02", "post"), ("a", "2026-03-02", "post")))
    assert (
        one(metrics.contributions_deleted_accounts(community, month="2026-03"), "contributions_deleted_accounts") == 1
    )
    assert one(metrics.contributions(community, month="2026-03"), "contributions") == 1


def test_the_hours_of_the_heat_map_are_local_and_per_occurrence_of_the_weekday():
    # Monday 2 and 9 March at 08:30 UTC = 09:30 in Paris; Monday 30 March at 07:30 UTC = 09:30 in summer time.
    said = [("a", f"2026-03-{day} {hour}:30", "post") for day, hour in (("02", "08"), ("09", "08"), ("30", "07"))]
    frame = metrics.activity_heatmap(community_of_rows(rows_of(*said), timezone="Europe/Paris"), month="2026-03")
    cell = frame[(frame["weekday"] == 1) & (frame["hour"] == 9)].iloc[0]
    assert (cell["contributions"], cell["people"], cell["days"]) == (3, 1, 5)
    assert cell["contributions_per_day"] == 3 / 5 == cell["people_per_day"]
    assert frame["contributions"].sum() == 3 and len(frame) == 168


def test_new_retained_resurrected_dormant():
    said = [
        ("new", "2026-03-05", "post"),
        ("retained", "2026-02-05", "post"), ("retained", "2026-03-05", "post"),
        ("back", "2026-01-05", "post"), ("back", "2026-03-05", "post"),
        ("gone", "2026-02-05", "post"),
        ("long gone", "2026-01-05", "post"),
    ]  # fmt: skip
    frame = metrics.lifecycle(community_of_rows(rows_of(*said)), month="2026-03")
    assert frame[["new", "retained", "resurrected", "dormant"]].iloc[0].tolist() == [1, 1, 1, 1]
    assert not frame["partial"].iloc[0]


def test_the_lifecycle_of_the_first_month_is_unknown_and_that_after_half_a_month_is_partial():
    rows = rows_of(("a", "2026-01-20", "post"), coverage=("2026-01-15", "2026-03-31"))
    community = community_of_rows(rows)
    assert one(metrics.lifecycle(community, month="2026-01"), "why") == "why.no_earlier_month"
    assert metrics.lifecycle(community, month="2026-02")["partial"].iloc[0]


def quiet(*days, month="2026-03", groups=(), coverage=("2026-01-01", "2026-05-31"), extra=(), people=()):
    said = [("a", f"{day} 12:00", "post") for day in days] + list(extra)
    rows = rows_of(*said, coverage=coverage, groups=list(groups), members=list(people))
    return metrics.quiet_spells(community_of_rows(rows), month=month)


def test_a_silence_of_four_days_is_no_quiet_spell_and_one_of_five_is():
    march = [f"2026-03-{day:02}" for day in range(1, 32)]
    assert quiet(*march[:20], *march[24:]).empty
    frame = quiet(*march[:20], *march[25:])
    assert frame[["days", "is_current"]].values.tolist() == [[5, False]]
    assert frame["start_on"].iloc[0] == pd.Timestamp("2026-03-21")


def test_a_current_silence_is_amber_from_five_days_and_red_from_seven():
    march = [f"2026-03-{day:02}" for day in range(1, 32)]
    assert quiet(*march[:26])["level"].tolist() == ["amber"]
    assert quiet(*march[:24])["level"].tolist() == ["red"]


def test_a_spell_that_began_before_the_month_has_its_whole_length():
    frame = quiet("2026-02-20", "2026-03-04", "2026-03-31", month="2026-03")
    assert set(frame["days"]) == {11, 26}


def test_archived_read_only_private_and_young_groups_are_never_quiet():
    base = {"group_id": "chat:general", "platform": "chat", "name": "general"}
    for flaw in (
        {"archived_at": "2026-03-15"},
        {"read_only": True},
        {"kind": "direct"},
        {"created_at": "2026-03-19 12:00"},
    ):
        assert quiet("2026-03-02", groups=[base | flaw]).empty
    assert len(quiet("2026-03-02", groups=[base | {"archived_at": "2026-04-02"}])) == 1


def test_days_that_are_not_covered_are_no_silence():
    frame = quiet("2026-03-01", coverage=("2026-03-01", "2026-03-12"))
    assert frame[["days", "is_current"]].values.tolist() == [[11, False]]


def test_a_prompt_of_the_team_that_ends_a_spell_is_seen_with_its_replies():
    staff = {"member_id": "chat:boss", "platform": "chat", "role": "staff"}
    prompt = ("boss", "2026-03-15 09:00", "post", {"event_id": "chat:prompt"})
    answers = [
        (name, at, "reply", {"event_id": f"chat:r{name}", "thread_id": "chat:prompt"})
        for name, at in (("b", "2026-03-16 08:00"), ("c", "2026-03-18 08:00"), ("d", "2026-03-18 09:30"))
    ]
    frame = quiet("2026-03-01", extra=(prompt, *answers), people=[staff])
    spell = frame[frame["start_on"] == pd.Timestamp("2026-03-02")].iloc[0]
    # 72 hours after 15 March 09:00 the last one is half an hour late; the team's own message ends no silence.
    assert (spell["end_on"], bool(spell["ended_by_prompt"]), spell["prompt_replies"]) == (
        pd.Timestamp("2026-03-15"), True, 2,
    )  # fmt: skip


def test_a_spell_that_ends_by_itself_was_not_ended_by_a_prompt():
    frame = quiet("2026-03-01", "2026-03-15")
    assert frame.loc[frame["start_on"] == pd.Timestamp("2026-03-02"), "ended_by_prompt"].tolist() == [False]


def test_an_unusual_day_needs_six_weeks_of_the_same_weekday():
    mondays = [date(2026, 5, 4) - timedelta(days=7 * week) for week in range(1, 9)]
    # 2 and 4 contributions in turn: median 3, MAD 1, so 6 is usual and 7 is not.
    said = [("a", f"{day} 10:{n:02}", "post") for week, day in enumerate(mondays) for n in range(2 + 2 * (week % 2))]
    for today, unusual in ((6, False), (7, True), (0, False)):
        now = [("a", f"2026-05-04 11:{n:02}", "post") for n in range(today)]
        frame = metrics.unusual_days(community_of_rows(rows_of(*said, *now)), month="2026-05").set_index("day")
        assert frame.loc["2026-05-04", ["median", "mad", "unusual"]].tolist() == [3, 1, unusual]
    short = community_of_rows(rows_of(*said, coverage=(str(mondays[4]), "2026-05-31")))
    assert not metrics.unusual_days(short, month="2026-05").set_index("day").loc["2026-05-04", "unusual"]


def test_a_trend_leaves_out_partial_months_but_keeps_the_month_of_the_report():
    rows = rows_of(
        *((("a", f"2026-{month:02}-20", "post")) for month in (1, 2, 3)), coverage=("2026-01-15", "2026-03-25")
    )
    frame = metrics.trend(metrics.mau, community_of_rows(rows), month="2026-03", months=4)
    assert frame["mau"].isna().tolist() == [True, True, False, False]
    assert frame["partial"].tolist() == [True, True, False, True]


# Oracle


def by_oracle(given, month):
    """The month's activity as the definitions read, by loops over the raw events."""
    o = Oracle(given, month)
    covered = [day for day in o.month_days if day in o.covered]
    active = o.active(o.start, o.end)
    daily = {day: {p for p, d in o.contributions if d == day} for day in covered}
    each = Counter(person for person, day in o.contributions if o.in_month(day))
    days_of = defaultdict(set)
    for person, day in o.contributions:
        if o.in_month(day):
            days_of[person].add(day)
    kinds = Counter(e["kind"] for e in o.rows["events"] if o.counted(e) and o.in_month(o.day(e["occurred_at"])))
    closing = {p for p, facts in o.month_members.items() if facts["at_closing"]}
    last28 = o.active(o.end - timedelta(days=28), o.end)
    some = bool(covered)
    window_covered = any(o.end - timedelta(days=28) <= day < o.end for day in o.covered)
    ratios = []
    for day in covered:
        month30 = o.active(day - timedelta(days=29), day + timedelta(days=1))
        if month30:
            ratios.append(len(daily[day]) / len(month30))
    actions = sum(kinds[kind] for kind in ("post", "reply", "reaction", "share"))
    return {
        "mau": len(active) if some else None,
        "mau28": len(last28) if window_covered else None,
        "dau_mean": mean(len(people) for people in daily.values()) if some else None,
        "dau": [len(daily[day]) if day in daily else None for day in o.month_days],
        "stickiness": mean(len(people) for people in daily.values()) / len(active) if some and active else None,
        "stickiness_rolling": mean(ratios) if ratios else None,
        "engagement_rate": (len(active & set(o.month_members)) if some else None, len(o.month_members)),
        "actions_per_member": (actions if some else None, len(closing)),
        "silent_share": (len(closing - last28) if some else None, len(closing)),
        "active_days": dict(Counter(len(days) for days in days_of.values())),
        "posts_per_active": mean(each.values()) if each else None,
        "median": median(each.values()) if each else None,
        "p90": float(np.percentile(list(each.values()), 90)) if each else None,
        "contributions": sum(kinds[kind] for kind in CONTRIBUTIONS) if some else None,
        "contributions_deleted_accounts": sum(
            e["member_id"] is None
            and e["kind"] in CONTRIBUTIONS
            and o.in_month(o.day(e["occurred_at"]))
            and not (e["deleted_at"] and o.day(e["deleted_at"]) < o.end)
            for e in o.rows["events"]
        )
        if some
        else None,
        "lifecycle": lifecycle_by_oracle(o, active),
        "rolling7": [
            len(o.active(day - timedelta(days=6), day + timedelta(days=1))) if day in daily else None
            for day in o.month_days
        ],
        "wau": wau_by_oracle(o),
    }


def lifecycle_by_oracle(o, active):
    previous = (o.start - timedelta(days=1)).replace(day=1)
    if not any(o.in_month(day) for day in o.covered) or not any(previous <= day < o.start for day in o.covered):
        return [None] * 4
    before, ever = o.active(previous, o.start), o.active(date.min, o.start)
    return [len(active - ever), len(active & before), len((active & ever) - before), len(before - active)]


def wau_by_oracle(o):
    made = {}
    for day in sorted(o.covered):
        monday = day - timedelta(days=day.weekday())
        if o.in_month(monday + timedelta(days=3)) and day < o.end:
            made[monday] = len(o.active(monday, min(monday + timedelta(days=7), o.end)))
    return made


def by_metrics(community, month):
    def ask(metric, **more):
        return getattr(metrics, metric)(community, month=month, **more)

    def listed(frame, column):
        return [None if pd.isna(value) else int(value) for value in frame[column]]

    scalars = ("mau", "mau28", "dau_mean", "stickiness", "stickiness_rolling", "posts_per_active", "contributions",
               "contributions_deleted_accounts")  # fmt: skip
    rates = ("engagement_rate", "actions_per_member", "silent_share")
    lifecycle = ask("lifecycle")
    weeks = ask("wau")
    return {
        **{metric: one(ask(metric), metric) for metric in scalars},
        **{metric: (one(ask(metric), "numerator"), one(ask(metric), "denominator")) for metric in rates},
        "median": one(ask("posts_per_active"), "median"),
        "p90": one(ask("posts_per_active"), "p90"),
        "dau": listed(ask("dau"), "dau"),
        "active_days": dict(ask("active_days").itertuples(index=False, name=None)),
        "lifecycle": [one(lifecycle, name) for name in ("new", "retained", "resurrected", "dormant")],
        "rolling7": listed(ask("rolling_active", days=7), "active"),
        "wau": {week.date(): wau for week, wau in zip(weeks["week"], weeks["wau"], strict=True)},
    }


@SOME
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_every_number_of_activity_equals_the_one_counted_by_hand_from_raw_events(given, month):
    with given.open() as community:
        found, expected = by_metrics(community, month), by_oracle(given, month)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, float):
            assert found[name] == pytest.approx(value), name
        else:
            assert found[name] == value, name


@SOME
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_parts_add_up_and_shares_lie_between_zero_and_one(given, month):
    with given.open() as community:
        active = one(metrics.mau(community, month=month), "mau")
        total = one(metrics.contributions(community, month=month), "contributions")
        kinds = metrics.contributions(community, month=month)[["posts", "replies", "poll_votes"]]
        spread = metrics.active_days(community, month=month)
        cycle = metrics.lifecycle(community, month=month).iloc[0]
        months = metrics.mau_by_month(community, month=month).set_index("month")["mau"]
        hours = metrics.activity_heatmap(community, month=month)
        shares = [
            one(getattr(metrics, name)(community, month=month), name)
            for name in ("stickiness", "stickiness_rolling", "engagement_rate", "silent_share", "lurker_share")
        ]
        everything = metrics.lifecycle_by_month(community, month=month).set_index("month")
    assert all(share is None or 0 <= share <= 1 for share in shares)
    if active is None:
        return
    assert kinds.iloc[0].sum() == total
    assert spread["people"].sum() == active == months.iloc[-1]
    assert (spread["active_days"] * spread["people"]).sum() <= total
    if not hours["contributions"].isna().any():
        assert hours["contributions"].sum() == total
    if pd.notna(cycle["new"]):
        assert cycle["new"] + cycle["retained"] + cycle["resurrected"] == active
        assert cycle["retained"] + cycle["dormant"] == months.iloc[-2]
        assert everything.iloc[-1][["new", "retained", "resurrected", "dormant"]].tolist() == [
            cycle[name] for name in ("new", "retained", "resurrected", "dormant")
        ]


@SOME
@given(made.communities(max_members=3), st.sampled_from(made.MONTHS), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(given, month, random):
    shuffled = {}
    for name, rows in given.rows.items():
        shuffled[name] = list(rows)
        random.shuffle(shuffled[name])
    with given.open() as community, given.with_rows(**shuffled).open() as other:
        assert by_metrics(community, month) == by_metrics(other, month)
        assert metrics.quiet_spells(community, month=month).equals(metrics.quiet_spells(other, month=month))


@SOME
@given(made.communities(max_members=4), st.sampled_from(made.MONTHS[:3]))
def test_later_events_change_no_earlier_month(given, month):
    # The roster gives every account its join, so that no membership is imputed from a later trace.
    dated = [{**row, "joined_at": row["joined_at"] or made.FIRST} for row in given.rows["members"]]
    listed = {row["member_id"] for row in dated}
    community = given.with_rows(members=dated)
    end = Oracle(community, month).end_at
    now = {
        "events": [
            {**row, "deleted_at": row["deleted_at"] if row["deleted_at"] and row["deleted_at"] < end else None}
            for row in given.rows["events"]
            if row["occurred_at"] < end and (row["member_id"] is None or row["member_id"] in listed)
        ],
        "moderation": [row for row in given.rows["moderation"] if row["acted_at"] < end],
        "memberships": [
            row
            for row in given.rows["memberships"]
            if (row["start_at"] or row["end_at"]) is not None
            and max(filter(None, (row["start_at"], row["end_at"]))) < end
        ],
    }
    later = {
        "events": [
            row
            for row in given.rows["events"]
            if row["member_id"] is None or row["member_id"] in listed
        ],
        "moderation": given.rows["moderation"],
        "memberships": [
            row
            for row in given.rows["memberships"]
            if row in now["memberships"] or ((at := row["start_at"] or row["end_at"]) is not None and at >= end)
        ],
    }  # fmt: skip
    with community.with_rows(**now).open() as then, community.with_rows(**later).open() as today:
        assert by_metrics(then, month) == by_metrics(today, month)


@SOME
@given(made.communities(max_members=2), st.sampled_from(made.MONTHS))
def test_quiet_spells_equal_runs_of_days_counted_by_hand(given, month):
    o = Oracle(given, month)
    expected = set()
    for group in {event["group_id"] for event in o.rows["events"]}:
        days = {o.day(e["occurred_at"]) for e in o.rows["events"] if e["group_id"] == group}
        said = {
            o.day(e["occurred_at"])
            for e in o.rows["events"]
            if e["group_id"] == group and e["kind"] in CONTRIBUTIONS and o.counted(e)
        }
        if min(days) > o.end - timedelta(days=14):
            continue
        silent = sorted(
            day
            for day in o.platform_days[group.split(":")[0]]
            if min(days) <= day < o.end and day not in said
        )  # fmt: skip
        run = []
        for day in [*silent, None]:
            if run and (day is None or day - run[-1] > timedelta(days=1)):
                if len(run) >= 5 and run[-1] >= o.start:
                    expected.add((group, run[0], run[-1], len(run)))
                run = []
            run.append(day)
    with given.open() as community:
        frame = metrics.quiet_spells(community, month=month)
    found = {(r.group_id, r.start_on.date(), r.end_on.date(), r.days) for r in frame.itertuples()}
    assert found == expected


def spoken(o):
    """Local time, person of every contribution of the month."""
    return [
        (e["occurred_at"].replace(tzinfo=UTC).astimezone(o.zone), o.person(e))
        for e in o.rows["events"]
        if e["kind"] in CONTRIBUTIONS and o.counted(e) and o.in_month(o.day(e["occurred_at"]))
    ]


@settings(SOME, max_examples=12)
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_the_heat_map_and_the_share_of_silent_visitors_are_what_the_definitions_read(given, month):
    o = Oracle(given, month)
    with given.open() as community:
        cells = metrics.activity_heatmap(community, month=month)
        lurkers = metrics.lurker_share(community, month=month).iloc[0]
    said, days = Counter(), Counter(day.isoweekday() for day in o.month_days if day in o.covered)
    people = defaultdict(set)
    for at, person in spoken(o):
        said[at.isoweekday(), at.hour] += 1
        people[at.isoweekday(), at.hour].add(person)
    for cell in cells.itertuples():
        place = (cell.weekday, cell.hour)
        assert cell.days == days[cell.weekday]
        if cell.days:
            assert (cell.contributions, cell.people) == (said[place], len(people[place]))
            assert cell.contributions_per_day == pytest.approx(said[place] / cell.days)
        else:
            assert pd.isna(cell.contributions)
    window = [
        e for e in o.rows["events"]
        if o.counted(e) and o.end - timedelta(days=28) <= o.day(e["occurred_at"])
        and e["kind"] in (*CONTRIBUTIONS, "visit")
    ]  # fmt: skip
    present, active = {o.person(e) for e in window}, o.active(o.end - timedelta(days=28), o.end)
    platforms = {a["platform"] for a in o.accounts.values() if a["person"] in o.eligible}
    telling = {row["platform"] for row in o.rows["imports"] if row["tells_visits"]}
    if platforms and platforms <= telling:
        assert (lurkers["numerator"], lurkers["denominator"]) == (len(present - active), len(present))
    else:
        assert pd.isna(lurkers["numerator"]) and lurkers["why"] == "why.no_visits"


@settings(SOME, max_examples=12)
@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.integers(1, 9)), max_size=30))
def test_unusual_days_are_what_the_definition_reads(talk):
    posts = [("a", f"{day} 12:00", "post") for day, number in talk for _ in range(number)]
    # Of 2 to 10 February nothing is known.
    spans = ("2026-01-01", "2026-02-01"), ("2026-02-11", "2026-03-31")
    known = [{"platform": "chat", "import_id": first, "from_at": first, "to_at": last} for first, last in spans]
    rows = {**rows_of(*posts), "coverage": known}
    rows["events"] = [e for e in rows["events"] if not "2026-02-02" <= e["occurred_at"][:10] <= "2026-02-10"]
    found = metrics.unusual_days(community_of_rows(rows), month="2026-03").set_index("day")
    total = Counter(e["occurred_at"][:10] for e in rows["events"])
    for day in pd.date_range("2026-03-01", "2026-03-31"):
        before = [day - timedelta(days=7 * n) for n in range(1, 9)]
        before = [d for d in before if d >= pd.Timestamp("2026-01-01")]
        before = [total[str(d.date())] for d in before if not "2026-02-02" <= str(d.date()) <= "2026-02-10"]
        usual = median(before)
        far = 3 * median(abs(n - usual) for n in before)
        unusual = len(before) >= 6 and abs(total[str(day.date())] - usual) > far
        assert bool(found.loc[day, "unusual"]) == unusual, day
