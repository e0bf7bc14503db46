"""Health of groups, freshness, candidates to pin: hand tables, plain Python, laws."""

from datetime import datetime, timedelta

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.metrics.groups import group_weeks

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
MARCH = "2026-03"


def said(member, at, group="plot", number=0, *, kind="post", thread=None, to=None, **more):
    at = at if " " in at else f"{at} 12:00"
    event = f"{member} {at} {number} {kind}"
    return {
        "event_id": event,
        "platform": "chat",
        "group_id": f"chat:{group}",
        "member_id": f"chat:{member}",
        "occurred_at": at,
        "kind": kind,
        "thread_id": thread or (event if kind == "post" else None),
        "reply_to": to,
        **more,
    }


def opened(events, *, groups=("plot",), coverage=(("2025-12-01", "2026-04-30"),), **tables):
    rows = {
        "imports": [{"import_id": "a", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [
            {"import_id": str(n), "platform": "chat", "from_at": first, "to_at": last}
            for n, (first, last) in enumerate(coverage)
        ],
        "groups": [{"group_id": f"chat:{name}", "platform": "chat", "name": name} for name in groups],
        "events": events,
        **tables,
    }
    return community_of_rows(rows)


def health(community, month=MARCH):
    return metrics.group_health(community, month=month).set_index("group_name")


# Health


def test_who_left_the_group_or_the_community_belongs_to_it_no_more():
    # Four wrote in the plot; one left it by a line, one left the community, one came back after leaving.
    events = [said(name, "2026-03-05") for name in ("ana", "ben", "cleo", "dov")] + [said("dov", "2026-03-20")]
    stays = [
        {"membership_id": "1", "member_id": "chat:ben", "group_id": "chat:plot", "end_at": "2026-03-10"},
        {"membership_id": "2", "member_id": "chat:cleo", "end_at": "2026-03-11", "end_reason": "left"},
        {"membership_id": "3", "member_id": "chat:dov", "group_id": "chat:plot", "end_at": "2026-03-12"},
        {"membership_id": "4", "member_id": "chat:eve", "group_id": "chat:plot", "start_at": "2026-03-01"},
    ]
    found = health(opened(events, memberships=stays)).loc["plot"]
    assert found["members"] == 3  # ana, dov, and eve who never wrote
    assert (found["numerator"], found["denominator"]) == (4, 5)  # those who left in the month were there on some day


def test_who_left_the_group_before_the_month_is_in_neither():
    stays = [{"membership_id": "1", "member_id": "chat:ben", "group_id": "chat:plot", "end_at": "2026-02-20"}]
    found = health(opened([said("ana", "2026-03-05"), said("ben", "2026-02-05")], memberships=stays)).loc["plot"]
    assert found["denominator"] == 1


def test_archived_read_only_and_private_groups_have_no_row():
    names = ("plot", "old", "later", "board", "duo")
    kinds = {
        "old": {"archived_at": "2026-03-30"},
        "later": {"archived_at": "2026-04-02"},  # not yet archived at the end of the month
        "board": {"read_only": True},
        "duo": {"kind": "direct"},
    }
    groups = [{"group_id": f"chat:{n}", "platform": "chat", "name": n, **kinds.get(n, {})} for n in names]
    events = [said("ana", "2026-03-05", name) for name in names]
    assert list(health(_with(events, groups)).index) == [
        "later",
        "plot",
    ]


def _with(events, groups):
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2025-12-01", "to_at": "2026-04-30"}],
            "groups": groups,
            "events": events,
        }
    )


def test_silence_is_counted_from_the_last_contribution_and_never_over_a_gap_of_the_data():
    whole = health(opened([said("ana", "2026-03-10")])).loc["plot"]
    assert (whole["silent_days"], whole["level"]) == (21, "red")
    gap = (("2025-12-01", "2026-03-12"), ("2026-03-26", "2026-04-30"))
    after = health(opened([said("ana", "2026-03-10")], coverage=gap)).loc["plot"]
    assert (after["silent_days"], after["level"]) == (6, "amber")  # what happened from 13 to 25 March nobody knows
    cut = health(opened([said("ana", "2026-03-10")], coverage=(("2025-12-01", "2026-03-30"),))).loc["plot"]
    assert pd.isna(cut["silent_days"]) and cut["level"] is None


def test_the_team_s_words_do_not_end_a_silence_and_a_reaction_is_no_contribution():
    events = [said("ana", "2026-03-10"), said("host", "2026-03-30"), said("ana", "2026-03-30", kind="reaction")]
    members = [{"member_id": "chat:host", "platform": "chat", "role": "staff"}]
    found = health(opened(events, members=members)).loc["plot"]
    assert (found["silent_days"], found["active"]) == (21, 1)


def test_the_trend_is_the_least_squares_line_of_twelve_weeks_by_numpy():
    # 1, 2 … 12 people a week: one more every week, four more in four weeks, without any doubt.
    end = pd.Timestamp("2026-04-01")
    events = [
        said(f"m{person}", f"{end - pd.Timedelta(days=7 * (12 - week) - 3):%Y-%m-%d}")
        for week in range(12)
        for person in range(week + 1)
    ]
    steady = health(opened([*events, said("m0", "2025-12-02")])).loc["plot"]
    assert steady[["trend", "trend_low", "trend_high", "weeks"]].tolist() == pytest.approx([4, 4, 4, 12])
    noisy = [one for number, one in enumerate(events) if number % 5]
    community = opened([*noisy, said("m0", "2025-12-02")])
    people = group_weeks(community, month=MARCH)["people"].to_numpy()
    (slope, _), spread = np.polyfit(range(12), people, 1, cov=True)
    found = health(community).loc["plot"]
    assert found["trend"] == pytest.approx(4 * slope)
    t = 2.2281388519649385  # 97.5 % quantile of Student's t with 10 degrees of freedom, from a table
    assert found["trend_high"] - found["trend"] == pytest.approx(4 * t * spread[0, 0] ** 0.5)


def test_a_group_of_seven_weeks_has_no_trend_but_a_reason():
    groups = [{"group_id": "chat:plot", "platform": "chat", "name": "plot", "created_at": "2026-02-11"}]
    found = health(_with([said("ana", "2026-03-05")], groups)).loc["plot"]
    assert found["weeks"] == 7 and pd.isna(found["trend"]) and found["trend_why"] == "why.group_few_weeks"
    groups[0]["created_at"] = "2026-02-04"
    assert health(_with([said("ana", "2026-03-05")], groups)).loc["plot", "weeks"] == 8


def test_groups_stand_in_order_of_their_names_whatever_they_did():
    events = [said("ana", "2026-03-05", "zebra", n) for n in range(9)] + [said("ana", "2026-03-05", "Apple")]
    assert list(health(opened(events, groups=("zebra", "Apple"))).index) == ["Apple", "zebra"]


@FEW
@given(made.communities(max_events=30), st.sampled_from(made.MONTHS[1:]))
def test_the_rows_are_the_definition_in_plain_python(given, month):
    known, community = Oracle(given, month), given.open()
    found = metrics.group_health(community, month=month).set_index("group_id")
    platform_of = {group["group_id"]: group["platform"] for group in given.rows["groups"]}
    for group in platform_of:
        seen, words = {}, []
        for event in given.rows["events"]:  # no made community has a line that ends a stay in a group
            day = known.day(event["occurred_at"])
            if event["group_id"] == group and day < known.end:
                words.append(day)
            if event["group_id"] == group and event["member_id"] and day < known.end:
                seen.setdefault(known.person(event), set()).add(day)
        for row in given.rows["memberships"]:
            if row["group_id"] == group and row["start_at"] and known.day(row["start_at"]) < known.end:
                person = known.accounts[row["member_id"]]["person"]
                seen.setdefault(person, set()).add(known.day(row["start_at"]))
        if not seen and not words:
            assert group not in found.index
            continue
        here = {person: facts for person, facts in known.month_members.items() if person in seen}
        said_in = [
            (known.person(event), known.day(event["occurred_at"]))
            for event in given.rows["events"]
            if event["group_id"] == group and event["kind"] in ("post", "reply", "poll_vote") and known.counted(event)
        ]
        row = found.loc[group]
        assert row["members"] == sum(facts["at_closing"] for facts in here.values())
        assert row["denominator"] == len(here)
        active = {person for person, day in said_in if known.in_month(day)}
        covered = known.platform_days[platform_of[group]]
        if covered & set(known.month_days):
            assert (row["active"], row["numerator"]) == (len(active), len(active & set(here)))
        else:
            assert pd.isna(row["active"]) and row["why"] == "why.not_covered"
        last = known.end - timedelta(days=1)
        if last not in covered:
            assert pd.isna(row["silent_days"])
            continue
        silent, since = 0, min(words or [min(days) for days in seen.values()])
        while last >= since and last in covered and all(day != last for _, day in said_in):
            silent, last = silent + 1, last - timedelta(days=1)
        assert row["silent_days"] == silent
    spells = metrics.quiet_spells(community, month=month)
    current = spells[spells["is_current"]].set_index("group_id")["level"].to_dict()
    written_in = {event["group_id"] for event in given.rows["events"]}  # others have no spells, but a silence
    assert {group: level for group, level in found["level"].dropna().items() if group in written_in} == current


def test_waiting_openers_are_those_of_the_list_of_the_unanswered():
    events = [said("ana", f"2026-03-{day:02d}") for day in range(2, 8)]
    events += [said("ben", "2026-03-03", kind="reply", thread=events[0]["event_id"])]
    forum = [{"group_id": "chat:plot", "platform": "chat", "name": "plot", "kind": "forum"}]
    community = _with(events, forum)
    found = health(community).loc["plot"]
    assert (found["openers"], found["unanswered"]) == (6, 5)
    assert found["unanswered"] == len(metrics.unanswered(community, month=MARCH))


# Freshness


def resources(*rows):
    return opened([said("ana", "2026-03-05")], resources=[{"resource_id": str(n), **r} for n, r in enumerate(rows)])


def test_a_resource_is_old_from_the_181st_day_on_and_a_change_makes_it_young():
    # The month's last day is 31 March: 180 days before it is 2 October 2025.
    found = metrics.freshness(
        resources(
            {"title": "edge", "created_at": "2025-10-02"},
            {"title": "old", "created_at": "2025-10-01"},
            {"title": "revised", "created_at": "2020-01-01", "edited_at": "2026-03-01"},
            {"title": "undated"},
            {"title": "changed later", "created_at": "2020-01-01", "edited_at": "2026-04-02"},
            {"title": "of April", "created_at": "2026-04-02"},
        ),
        month=MARCH,
    ).set_index("title")
    assert found["stale"].astype(object).where(found["stale"].notna(), None).to_dict() == {
        "old": True,
        "edge": False,
        "revised": False,
        "undated": None,
        "changed later": None,  # and not 2 281 days old: it may have been changed in March, too
    }
    assert found.loc["undated", "why"] == "why.resource_undated"


MOMENTS = st.none() | st.datetimes(datetime(2025, 8, 1), datetime(2026, 6, 1))


@FEW
@given(st.lists(st.tuples(MOMENTS, MOMENTS), max_size=12))
def test_freshness_is_what_the_definition_reads(changes):
    rows = [
        {"title": str(n), "created_at": made_at, "edited_at": edited} for n, (made_at, edited) in enumerate(changes)
    ]
    end, expected = datetime(2026, 4, 1), {}
    for title, (made_at, edited) in enumerate(changes):
        if made_at is None or made_at < end:
            last = edited or made_at
            unknown = last is None or last >= end
            expected[str(title)] = None if unknown else (end - timedelta(days=1)).toordinal() - last.toordinal()
    found = metrics.freshness(resources(*rows), month=MARCH).set_index("title")
    assert {title: None if pd.isna(age) else age for title, age in found["age_days"].items()} == expected
    assert all(
        pd.isna(row.stale) if pd.isna(row.age_days) else row.stale == (row.age_days > 180) for row in found.itertuples()
    )


# Candidates to pin


def test_a_person_who_reacts_five_times_is_one_person_and_the_author_none():
    post = said("ana", "2026-03-05")
    loved = [said("fan", "2026-03-06", number=n, kind="reaction", to=post["event_id"]) for n in range(5)] + [
        said("ana", "2026-03-06", kind="reaction", to=post["event_id"])
    ]
    assert metrics.pin_candidates(opened([post, *loved]), month=MARCH).empty
    more = [said(name, "2026-03-06", kind="reaction", to=post["event_id"]) for name in ("ben", "cleo")]
    (row,) = metrics.pin_candidates(opened([post, *loved, *more]), month=MARCH).to_dict("records")
    assert (row["people"], row["reacted"], row["answered"]) == (3, 3, 0)


def test_what_is_a_resource_already_deleted_or_too_old_is_no_candidate():
    posts = [said("ana", "2026-03-05", number=n) for n in range(2)] + [said("ana", "2025-12-30")]
    posts += [said("ana", "2026-03-07", deleted_at="2026-03-08")]
    loved = [
        said(n, "2026-03-09", kind="reaction", number=p["event_id"], to=p["event_id"]) for p in posts for n in "bcd"
    ]
    community = opened([*posts, *loved], resources=[{"resource_id": posts[0]["event_id"], "title": "pinned"}])
    assert metrics.pin_candidates(community, month=MARCH)["event_id"].tolist() == [posts[1]["event_id"]]


def test_reactions_without_givers_count_the_most_frequent_one():
    post = said("ana", "2026-03-05")
    counts = [{"event_id": post["event_id"], "emoji": e, "count": n} for e, n in (("heart", 4), ("+1", 3))]
    (row,) = metrics.pin_candidates(opened([post], reaction_counts=counts), month=MARCH).to_dict("records")
    assert row["people"] == 4  # and not 7: the same people may have given both


@st.composite
def liked(draw):
    """A team and its members react to three messages and answer them; one is a resource; givers of some are unnamed."""
    given = draw(made.teams())
    names = ["boss", "head", "guide", "robot", "ana", *"bcde"]
    events = []
    for number in range(draw(st.integers(15, 40))):
        kind, target = draw(st.sampled_from(("reaction", "reaction", "reply"))), f"team:{draw(st.integers(0, 2))}"
        told = draw(st.sampled_from(("reply_to", "thread_id"))) if kind == "reply" else "reply_to"
        at = draw(made.moments(given.timezone)) if draw(st.integers(0, 5)) else datetime(2025, 12, 20)
        events.append(
            {"event_id": f"liked:{number}", "platform": "chat", "group_id": "chat:general", "occurred_at": at,
             "member_id": f"chat:{draw(st.sampled_from(names))}", "kind": kind, "thread_id": None, "reply_to": None,
             "deleted_at": at if draw(st.integers(0, 7)) == 0 else None, told: target}
        )  # fmt: skip
    numbers = st.integers(2, 6)
    places = sorted(draw(st.sets(st.integers(0, 5), min_size=1, max_size=3)))
    unnamed = [{"event_id": f"team:{n % 3}", "emoji": "ab"[n // 3], "count": draw(numbers)} for n in places]
    resources = [{"resource_id": "team:2", "title": "rules"}] if draw(st.booleans()) else []
    return given.with_rows(events=given.rows["events"] + events, reaction_counts=unnamed, resources=resources)


@settings(FEW, max_examples=8)
@given(liked())
def test_candidates_to_pin_are_what_the_definition_reads(given):
    known = Oracle(given, MARCH)
    roles = {}
    for facts in known.accounts.values():
        roles.setdefault(facts["person"], set()).add(facts["role"])
    columns = ["event_id", "kind", "occurred_at", "thread_id", "reply_to"]
    events = [
        [*map(e.get, columns), known.person(e)]
        for e in given.rows["events"]
        if e["member_id"] is not None
        and not roles[known.person(e)] & {"bot", "excluded"}
        and known.end - timedelta(days=90) <= known.day(e["occurred_at"]) < known.end
        and not (e["deleted_at"] is not None and known.day(e["deleted_at"]) < known.end)
    ]
    events = pd.DataFrame(events, columns=[*columns, "person"])
    resources = {row["resource_id"] for row in given.rows["resources"]}
    expected = []
    for event in events[events["kind"].isin(["post", "reply"]) & ~events["event_id"].isin(resources)].itertuples():
        others = events[(events["person"] != event.person) & (events["event_id"] != event.event_id)]
        told = others[others["reply_to"] == event.event_id]
        reacted = set(told.loc[told["kind"] == "reaction", "person"])
        in_thread = others[(others["reply_to"] == event.event_id) | (others["thread_id"] == event.event_id)]
        answered = set(in_thread.loc[in_thread["kind"] == "reply", "person"])
        counts = [row["count"] for row in given.rows["reaction_counts"] if row["event_id"] == event.event_id]
        unnamed = 0 if reacted else max(counts, default=0)
        people = max(len(reacted | answered), unnamed)
        if people >= 3:
            order = (-max(len(reacted), unnamed), -len(answered), event.occurred_at, event.event_id)
            expected.append((*order, people))
    found = metrics.pin_candidates(given.open(), month=MARCH)
    columns = found[["event_id", "people", "reacted", "answered"]]
    assert columns.values.tolist() == [
        [event, people, -reacted, -answered] for reacted, answered, _, event, people in sorted(expected)
    ]


# Words and pictures


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_hostile_name_of_a_group_stays_text_and_a_silent_community_is_said(language):
    community = opened([said("ana", "2026-03-05", "<b>x</b>")], groups=("<b>x</b>",))
    frame = metrics.group_health(community, month=MARCH)
    drawn = figures.group_health(frame, title="a < b", language=language).to_json()
    assert "<b>x" not in drawn and "\\u003cb\\u003ex" not in drawn
    assert len(sentences.group_health_rows(frame, language=language)) == 1
    empty = metrics.group_health(opened([]), month=MARCH)
    assert sentences.group_health(empty, language=language).endswith(".")
    assert figures.group_health(empty, title="a", language=language).to_json()
    for name in ("freshness", "pin_candidates"):
        nothing = getattr(metrics, name)(opened([]), month=MARCH)
        assert getattr(sentences, name)(nothing, language=language).endswith(".")
