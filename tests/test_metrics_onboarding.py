"""Onboarding: hand tables, the definitions in plain Python, laws."""

from datetime import date, datetime, timedelta
from statistics import median

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import actions, figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.words import catalogue


def activation(joins, days, *, timezone="UTC", month="2026-03"):
    """The rate's row, of people (member, time of joining) and posts (member, time)."""
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
        "members": [{"member_id": name, "platform": "chat", "joined_at": at} for name, at in joins],
        "events": [
            {"event_id": str(n), "member_id": name, "kind": kind, "occurred_at": at}
            for n, (name, at, kind) in enumerate((*day, "post")[:3] for day in days)
        ],
    }
    return metrics.activation_rate(community_of_rows(rows, timezone=timezone), month=month).iloc[0]


def counts(*given, **options):
    found = activation(*given, **options)
    return found["numerator"], found["denominator"]


def test_the_seventh_day_still_counts_and_the_eighth_does_not():
    joins = (("a", "2026-03-02 15:00"), ("b", "2026-03-02 15:00"), ("c", "2026-03-02 15:00"))
    days = (("a", "2026-03-09 23:59"), ("b", "2026-03-10 00:00"), ("c", "2026-03-04", "reaction"))
    assert counts(joins, days) == (1, 3)


def test_joiners_whose_seventh_day_is_not_over_are_in_neither_number():
    # Day 7 of the 24th is the 31st, over at the month's end; that of the 25th is not, however soon she wrote.
    joins = (("a", "2026-03-24"), ("b", "2026-03-25"))
    assert counts(joins, (("b", "2026-03-25"),)) == (0, 1)


def test_the_day_of_joining_is_a_local_day_when_the_clock_changes():
    # 22:30 UTC is the 23rd in Paris; its seventh day ends at 22:00 UTC on the 30th, after the change to summer time.
    joins = (("a", "2026-03-22 23:30"), ("b", "2026-03-22 23:30"))
    days = (("a", "2026-03-30 21:59"), ("b", "2026-03-30 22:00"))
    assert counts(joins, days, timezone="Europe/Paris") == (1, 2)


def test_without_dated_joins_the_rate_is_null_with_the_reason():
    found = activation((), (("a", "2026-03-05"),))
    assert pd.isna(found["activation_rate"]) and found["why"] == "why.onboarding_no_dated_joins"
    found = activation((("a", "2026-03-30"),), ())
    assert pd.isna(found["activation_rate"]) and found["why"] == "why.onboarding_too_young"


@settings(max_examples=15, deadline=None)
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_activation_is_what_the_definition_reads(given, month):
    oracle = Oracle(given, month)
    joined = {
        s["person_id"]: s["joined_on"]
        for s in oracle.stays
        if s["stay"] == 1 and s["join_kind"] == "dated" and oracle.in_month(s["joined_on"])
    }
    mature = {p: day for p, day in joined.items() if day + timedelta(days=8) <= oracle.end}
    active = {
        p for p, day in mature.items() if any(q == p and 0 <= (d - day).days <= 7 for q, d in oracle.contributions)
    }
    found = metrics.activation_rate(given.open(), month=month).iloc[0]
    assert (found["numerator"], found["denominator"]) == (len(active), len(mature))
    if not mature:
        assert pd.isna(found["activation_rate"]) and found["why"] in catalogue()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_activation_is_said_known_or_not(language):
    for joins in ((), (("a", "2026-03-02"),), tuple((str(n), "2026-03-02") for n in range(12))):
        frame = activation(joins, (("0", "2026-03-03"),)).to_frame().T
        assert sentences.activation_rate(frame, language=language)


# Welcomes


def joined(*people, said=(), leaves=(), **tables):
    """A community of people (member, joined at, role = member), messages (id, member, time, id of the one answered or
    None, members mentioned = none) and leaves (member, time)."""
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-05-31"}],
        "members": [
            {"member_id": one[0], "platform": "chat", "joined_at": one[1], "role": one[2] if len(one) > 2 else None}
            for one in (("old", "2025-01-01"), *people)
        ],
        "memberships": [
            {"membership_id": str(n), "member_id": name, "end_at": at, "end_reason": "left"}
            for n, (name, at) in enumerate(leaves)
        ],
        "events": [
            {"event_id": one[0], "member_id": one[1], "occurred_at": one[2], "thread_id": one[3] or one[0],
             "kind": "reply" if one[3] else "post", "reply_to": one[3], "platform": "chat",
             "mentions": list(one[4]) if len(one) > 4 else []}
            for one in said
        ],
        **tables,
    }  # fmt: skip
    return community_of_rows(rows)


def welcomed(*given, **more):
    found = metrics.welcome_coverage(joined(*given, **more), month="2026-03").iloc[0]
    return found["numerator"], found["denominator"]


A_MORNING = "2026-03-02 08:00"
FIRST = ("1", "a", "2026-03-03 08:00", None)
LINK = (("l1", "old", "2026-01-05", None), ("l2", "old", "2026-01-05 01:00", "l1"))
"""What tells that replies are linked here."""


def test_a_reply_counts_up_to_48_hours_after_the_first_message_however_late_that_is():
    first = ("1", "a", "2026-03-20 08:00", None)
    assert welcomed(("a", A_MORNING), said=(first, ("2", "old", "2026-03-22 08:00", "1"))) == (1, 1)
    assert welcomed(("a", A_MORNING), said=(first, ("2", "old", "2026-03-22 08:01", "1"))) == (0, 1)


def test_only_the_first_message_is_waited_for():
    said = (FIRST, ("2", "a", "2026-03-04 08:00", None), ("3", "old", "2026-03-04 09:00", "2"))
    assert welcomed(("a", A_MORNING), said=said) == (0, 1)


def test_who_is_mentioned_within_48_hours_of_joining_is_welcome_without_a_word():
    said = (*LINK, ("1", "old", "2026-03-04 08:00", None, ("a", "b")))
    assert welcomed(("a", A_MORNING), ("b", "2026-03-02 07:59"), said=said) == (1, 2)


def test_a_bot_oneself_and_a_second_account_of_oneself_welcome_nobody():
    said = (
        FIRST, ("2", "a", "2026-03-03 09:00", "1"), ("3", "robot", "2026-03-03 09:00", "1"),
        ("4", "a2", "2026-03-03 10:00", "1"),
    )  # fmt: skip
    members = [
        {"member_id": "a", "platform": "chat", "joined_at": A_MORNING, "person_id": "ann"},
        {"member_id": "a2", "platform": "chat", "person_id": "ann"},
        {"member_id": "robot", "platform": "chat", "role": "bot"},
    ]
    community = joined(said=said, members=members)
    found = metrics.welcome_coverage(community, month="2026-03").iloc[0]
    assert (found["numerator"], found["denominator"]) == (0, 1)
    assert (found["greeted_by_bot"], found["greeted_by_bot_only"]) == (1, 1)


def test_staff_are_humans_and_a_deleted_answer_is_none():
    said = (FIRST, ("2", "boss", "2026-03-03 09:00", "1"))
    assert welcomed(("a", A_MORNING), ("boss", None, "owner"), said=said) == (1, 1)
    events = [
        {"event_id": "1", "member_id": "a", "kind": "post", "occurred_at": "2026-03-03", "platform": "chat"},
        {"event_id": "2", "member_id": "old", "kind": "reply", "occurred_at": "2026-03-03 01:00", "platform": "chat",
         "reply_to": "1", "deleted_at": "2026-03-09"},
    ]  # fmt: skip
    assert welcomed(("a", A_MORNING), events=events) == (0, 1)


def test_what_follows_in_somebody_else_s_thread_answers_nobody():
    # a replies to old; the next reply in old's thread is one to old, unless it names a.
    said = (
        ("1", "old", "2026-03-03", None), ("2", "a", "2026-03-05", "1"), ("3", "boss", "2026-03-05 02:00", "1"),
    )  # fmt: skip
    assert welcomed(("a", A_MORNING), ("boss", None, "staff"), said=said) == (0, 1)
    named = (*said, ("4", "boss", "2026-03-05 03:00", "1", ("a",)))
    assert welcomed(("a", A_MORNING), ("boss", None, "staff"), said=named) == (1, 1)


def test_who_joined_or_first_wrote_in_the_last_48_hours_is_in_neither_number():
    # However soon they were answered: leaving out only the unanswered would flatter.
    said = (*LINK, ("1", "a", "2026-03-30 12:00", None), ("2", "old", "2026-03-30 12:01", "1"))
    assert welcomed(("a", A_MORNING), ("b", "2026-03-30 00:01"), ("c", "2026-03-29"), said=said) == (0, 1)


def test_where_messages_are_not_linked_nobody_knows_who_was_welcomed():
    said = (FIRST, ("2", "old", "2026-03-03 09:00", None))
    found = metrics.welcome_coverage(joined(("a", A_MORNING), said=said), month="2026-03").iloc[0]
    assert pd.isna(found["welcome_coverage"]) and found["why"] == "why.responses_no_links"
    community = joined(("a", A_MORNING), said=said)
    frames = [getattr(metrics, name)(community, month="2026-03") for name in ("unwelcomed", "welcome_coverage")]
    assert frames[0].empty  # and yet not everybody was welcomed
    assert "does not tell" in sentences.unwelcomed(frames[0], welcomed=frames[1], language="en")


def test_the_wait_counts_from_what_the_newcomer_did_last():
    # a: mentioned 30 hours after joining, but 6 after writing; b: mentioned 3 hours after joining, before she wrote.
    said = (
        FIRST, ("2", "old", "2026-03-03 14:00", None, ("a",)),
        ("3", "old", "2026-03-02 11:00", None, ("b",)), ("4", "b", "2026-03-02 12:00", None),
    )  # fmt: skip
    found = metrics.welcome_hours(joined(("a", A_MORNING), ("b", A_MORNING), said=said), month="2026-03").iloc[0]
    assert (found["welcome_hours"], found["welcomed"], found["newcomers"]) == (4.5, 2, 2)


def test_the_list_names_who_has_had_no_word_those_who_wrote_first():
    said = (
        FIRST, ("2", "old", "2026-03-20", "1"),  # late, but a word
        ("3", "b", "2026-03-05", None), ("4", "robot", "2026-03-05 00:01", "3"),
        ("5", "old", "2026-03-06", None, ("gone",)),
    )  # fmt: skip
    people = (("a", A_MORNING), ("b", A_MORNING), ("c", "2026-03-31"), ("left", A_MORNING), ("robot", None, "bot"))
    community = joined(*people, said=said, leaves=(("left", "2026-03-09"),))
    listed = metrics.unwelcomed(community, month="2026-03")
    assert listed[["member_id", "has_written", "greeted_by_bot", "days_since_joining"]].values.tolist() == [
        ["b", True, True, 30], ["c", False, False, 1],
    ]  # fmt: skip
    for language in ("en", "fr"):
        rows = actions.to_welcome(listed, settings=community.settings, language=language)
        assert rows["do"].nunique() == 2 and rows["why"].str.len().gt(10).all()
        assert "text" not in actions.on_page(rows, settings=community.settings)
        assert list(actions.to_welcome(listed.head(0), settings=community.settings, language=language)) == list(rows)


# Stays


def test_day_7_ends_at_its_midnight_and_everybody_counts_in_the_month_of_that():
    # Day 7 of the 21st of February ends at the midnight of the 1st of March, which is February's end.
    people = (
        ("a", "2026-02-21 10:00"),
        ("b", "2026-02-22"),
        ("c", "2026-03-02"),
        ("d", "2026-03-24"),
        ("e", "2026-03-25"),
    )
    community = joined(*people, leaves=(("c", "2026-03-09 23:00"), ("d", "2026-04-01 00:00")))
    counts = [
        metrics.stay_day7(community, month=month)[["numerator", "denominator"]].iloc[0].tolist()
        for month in ("2026-02", "2026-03", "2026-04")
    ]
    assert counts == [[1, 1], [2, 3], [1, 1]]


def test_who_left_and_is_back_on_day_30_is_a_member():
    memberships = [
        {"membership_id": "1", "member_id": "a", "end_at": "2026-03-05"},
        {"membership_id": "2", "member_id": "a", "start_at": "2026-03-20"},
        {"membership_id": "3", "member_id": "b", "end_at": "2026-03-25"},
    ]
    community = joined(("a", "2026-03-01"), ("b", "2026-03-01"), memberships=memberships)
    found = metrics.stay_day30(community, month="2026-03").iloc[0]
    assert (found["numerator"], found["denominator"]) == (1, 2)


def test_where_leaves_are_not_told_nobody_is_said_to_have_stayed():
    imports = [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": False}]
    found = metrics.stay_day7(joined(("a", A_MORNING), imports=imports), month="2026-03").iloc[0]
    assert pd.isna(found["stay_day7"]) and found["why"] == "why.no_leaves"


# Answers and coming back


def test_coming_back_is_compared_between_the_answered_and_the_others():
    # All write on the 2nd of January; a and b are answered within a day, c too late. Day 8 is the 10th, day 35 the 6th
    # of February: a comes back on the first of these days, c on the last, b a day early and a day late.
    said = [
        *((name, name, "2026-01-02 10:00", None) for name in "abc"),
        ("1", "old", "2026-01-03 10:00", "a"), ("2", "old", "2026-01-02 11:00", "b"),
        ("3", "old", "2026-01-03 10:01", "c"),
        ("4", "a", "2026-01-10 00:00", None), ("5", "c", "2026-02-06 23:59", None),
        ("6", "b", "2026-01-09 23:59", None), ("7", "b", "2026-02-07 00:00", None),
    ]  # fmt: skip
    community = joined(*((name, "2026-01-02 08:00") for name in "abc"), said=said)
    found = metrics.first_reply_effect(community, month="2026-02").iloc[0]
    assert (found["answered"], found["answered_active"]) == (2, 1)
    assert (found["unanswered"], found["unanswered_active"]) == (1, 1)
    assert found["first_reply_effect"] == -0.5 and found["low"] < -0.5 < found["high"]
    # Nobody's 35th day is over in January; a window of one month does not reach back to January.
    for options in ({"month": "2026-01"}, {"month": "2026-02", "months": 1}):
        found = metrics.first_reply_effect(community, **options).iloc[0]
        assert pd.isna(found["first_reply_effect"]) and found["why"] == "why.onboarding_no_first_messages"


def test_the_interval_of_the_difference_is_newcombe_s():
    # Newcombe 1998, table II, row (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339.
    people = [(f"p{n}", "2026-01-02") for n in range(150)]
    said = [(name, name, "2026-01-02 10:00", None) for name, _ in people]
    said += [(f"r{n}", "old", "2026-01-02 11:00", f"p{n}") for n in range(70)]
    said += [(f"b{n}", f"p{n}", "2026-01-20", None) for n in (*range(56), *range(70, 118))]
    found = metrics.first_reply_effect(joined(*people, said=said), month="2026-02").iloc[0]
    assert found[["first_reply_effect", "low", "high"]].astype(float).round(4).tolist() == [0.2, 0.0524, 0.3339]
    assert "association" in sentences.first_reply_effect(found.to_frame().T, language="en")


# Steps


def test_the_steps_are_counted_by_hand():
    # The 28 days before April begin on the 4th of March. b joins after a visit; x and y are visitors without a name.
    people = (("a", "2026-01-01"), ("b", "2026-03-10"), ("c", "2026-01-01"), ("boss", None, "staff"))
    visits = [
        {"visit_id": str(n), "visitor_id": visitor, "member_id": member, "visited_at": at}
        for n, (visitor, member, at) in enumerate(
            [
                ("v1", "b", "2026-03-09"), ("v1", None, "2026-03-08"), ("v2", "a", "2026-03-09"),
                ("x", None, "2026-03-04 00:00"), ("x", None, "2026-03-05"), ("y", None, "2026-03-31"),
                ("early", None, "2026-03-03 23:59"), ("v3", "boss", "2026-03-09"),
            ]
        )
    ]  # fmt: skip
    said = [(str(n), "a", f"2026-03-{day:02}", None) for n, day in enumerate((4, 11, 25))]
    said += [("9", "b", "2026-03-11", None), ("10", "c", "2026-03-03", None)]
    imports = [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True, "tells_visits": True}]
    community = joined(*people, said=said, visits=visits, imports=imports)
    steps = metrics.conversion(community, month="2026-03")
    assert steps["people"].tolist() == [3, 4, 2, 1]
    assert steps[["numerator", "denominator"]].iloc[1:].values.tolist() == [[1, 3], [2, 4], [1, 2]]
    nameless = [{**one, "member_id": None} for one in visits]
    steps = metrics.conversion(joined(*people, said=said, visits=nameless, imports=imports), month="2026-03")
    assert steps["why"].iloc[1] == "why.onboarding_nameless_visits"
    steps = metrics.conversion(joined(*people, said=said, visits=visits), month="2026-03")
    assert steps["people"].isna().tolist() == [True, False, False, False]
    assert steps["why"].tolist()[:2] == ["why.no_visits"] * 2


# On made communities


HOURS = st.sampled_from((0, 1, 24, 24.5, 47, 48, 48.5, 70))


@st.composite
def arrivals(draw):
    """A made community in which people who join write, are answered or named, come back, and had visited before."""
    community = draw(made.communities(max_events=8))
    accounts = [(one["member_id"], one["platform"], one["joined_at"]) for one in community.rows["members"]]
    events, visits = list(community.rows["events"]), []
    ids = [member for member, _, _ in accounts]

    def say(member, platform, at, **more):
        event_id = f"{platform}:new{len(events)}"
        kind = "reply" if more else "post"
        fields = {"event_id": event_id, "member_id": member, "platform": platform, "occurred_at": at, "kind": kind}
        events.append({**fields, "thread_id": event_id, "reply_to": None, "mentions": [], **more})
        return event_id

    for member, platform, joined_at in accounts:
        if joined_at is None:
            continue
        if draw(st.booleans()):
            visit = {"visit_id": member, "visitor_id": draw(st.sampled_from(("v1", "v2", member)))}
            known = draw(st.sampled_from((None, member)))
            visits.append({**visit, "visited_at": joined_at - timedelta(hours=draw(HOURS)), "member_id": known})
        wrote_at = joined_at + timedelta(hours=draw(HOURS))
        first = say(member, platform, wrote_at) if draw(st.integers(0, 3)) else None
        for _ in range(draw(st.integers(0, 2))):
            other, after = draw(st.sampled_from(ids)), timedelta(hours=draw(HOURS))
            how = draw(st.sampled_from(("reply", "thread", "mention") if first else ("mention",)))
            if how == "mention":
                say(other, platform, draw(st.sampled_from((joined_at, wrote_at))) + after, mentions=[member])
            else:
                links = {"thread_id": first} if how == "thread" else {"thread_id": None, "reply_to": first}
                say(other, platform, wrote_at + after, **links)
        if first and draw(st.booleans()):
            say(member, platform, wrote_at + timedelta(days=draw(st.sampled_from((7, 8, 20, 35, 36)))))
    return community.with_rows(events=events, visits=visits)


class Newcomers(Oracle):
    """Who is new, what they first wrote, and who said a word to them: as the definitions read."""

    def kind(self, person):
        roles = {facts["role"] for facts in self.accounts.values() if facts["person"] == person}
        for kind in ("excluded", "bot"):
            if kind in roles:
                return kind
        return "human"

    def platforms(self, person):
        return {facts["platform"] for facts in self.accounts.values() if facts["person"] == person}

    def messages(self, since=None):
        kept = []
        for one in self.rows["events"]:
            deleted = one.get("deleted_at")
            in_time = (since or self.instant(self.start)) <= one["occurred_at"] < self.end_at
            if (
                one["member_id"]
                and one["kind"] in ("post", "reply")
                and in_time
                and not (deleted and deleted < self.end_at)
            ):
                kept.append((self.accounts[one["member_id"]]["person"], one))
        return [(person, one) for person, one in kept if self.kind(person) != "excluded"]

    def linked(self, mentions):
        early = [e for e in self.rows["events"] if e["member_id"] and self.day(e["occurred_at"]) < self.end]
        found = {self.accounts[e["member_id"]]["platform"] for e in early if e["kind"] == "reply"}
        if mentions:
            found |= {self.accounts[m]["platform"] for _, e in self.messages() for m in e.get("mentions") or ()}
        return found

    def first(self, person, joined_on, since=None):
        own = [e for p, e in self.messages(since) if p == person and self.day(e["occurred_at"]) >= joined_on]
        return min(own, key=lambda e: (e["occurred_at"], e["event_id"]), default=None)

    def joined_at(self, person, day):
        mine = [account for account, facts in self.accounts.items() if facts["person"] == person]
        at = [m.get("joined_at") for m in self.rows["members"] if m["member_id"] in mine]
        at += [m["start_at"] for m in self.rows["memberships"] if m["member_id"] in mine and m["group_id"] is None]
        return min((one for one in at if one is not None and self.day(one) == day), default=None)

    def newcomers(self):
        for stay in self.stays:
            if stay["stay"] != 1 or stay["join_kind"] == "opening" or not self.in_month(stay["joined_on"]):
                continue
            person = stay["person_id"]
            joined_at, first = self.joined_at(person, stay["joined_on"]), self.first(person, stay["joined_on"])
            if joined_at is None and first is None:
                continue
            waits = {"human": [], "bot": []}
            for other, one in self.messages():
                if other == person:
                    continue
                at = one["occurred_at"]
                replies = first is not None and first["event_id"] in (one.get("reply_to"), one.get("thread_id"))
                named = {self.accounts[m]["person"] for m in one.get("mentions") or ()}
                signs = [
                    sign for sign in (joined_at, first and first["occurred_at"]) if sign is not None and sign <= at
                ]
                if signs and (person in named or (replies and at >= first["occurred_at"])):
                    waits[self.kind(other)].append((at, (at - max(signs)) / timedelta(hours=1)))
            clocks = [sign for sign in (joined_at, first and first["occurred_at"]) if sign is not None]
            yield {
                "person": person,
                "seen": bool(self.platforms(person) & self.linked(mentions=True)),
                "mature": all(sign + timedelta(hours=48) <= self.end_at for sign in clocks),
                "welcomed": bool(waits["human"]),
                "hours": next((hours for _, hours in sorted(waits["human"]) if hours <= 48), None),
                "by_bot": any(hours <= 48 for _, hours in waits["bot"]),
            }


@settings(max_examples=20, deadline=None)
@given(arrivals(), st.sampled_from(made.MONTHS))
def test_welcomes_are_what_the_definition_reads(given, month):
    oracle, community = Newcomers(given, month), given.open()
    new = [one for one in oracle.newcomers() if one["seen"]]
    mature = [one for one in new if one["mature"]]
    hours = [one["hours"] for one in mature if one["hours"] is not None]
    found = metrics.welcome_coverage(community, month=month).iloc[0]
    assert (found["numerator"], found["denominator"]) == (len(hours), len(mature))
    assert found["greeted_by_bot"] == sum(one["by_bot"] for one in mature)
    wait = metrics.welcome_hours(community, month=month).iloc[0]
    if hours:
        assert wait["welcome_hours"] == pytest.approx(median(hours))
    else:
        assert pd.isna(wait["welcome_hours"]) and wait["why"] in catalogue()
    closing = {person for person, facts in oracle.month_members.items() if facts["at_closing"]}
    listed = set(metrics.unwelcomed(community, month=month)["member_id"])
    waiting = {one["person"] for one in new if not one["welcomed"] and one["person"] in closing}
    assert listed <= waiting  # who was banned in the month is not listed
    assert all(any(r["action"] == "ban" for r in given.rows["moderation"]) for _ in waiting - listed)


@settings(max_examples=12, deadline=None)
@given(made.communities(max_events=6), st.sampled_from(made.MONTHS), st.sampled_from((7, 30)))
def test_stays_are_what_the_definition_reads(given, month, days):
    oracle = Oracle(given, month)
    ends = {
        s["person_id"]: s["joined_on"] + timedelta(days=days + 1)
        for s in oracle.stays
        if s["stay"] == 1 and s["join_kind"] == "dated"
    }
    mature = {person: end for person, end in ends.items() if oracle.start < end <= oracle.end}
    still = [
        person
        for person, end in mature.items()
        if any(s["person_id"] == person and s["joined_on"] < end <= (s["left_on"] or date.max) for s in oracle.stays)
    ]
    found = getattr(metrics, f"stay_day{days}")(given.open(), month=month).iloc[0]
    assert found["denominator"] == len(mature)
    if oracle.leaves_known:
        assert found["numerator"] == len(still)
    else:
        assert pd.isna(found["numerator"]) and found["why"] in catalogue()


@settings(max_examples=12, deadline=None)
@given(arrivals(), st.sampled_from(made.MONTHS))
def test_coming_back_is_what_the_definition_reads(given, month):
    oracle = Newcomers(given, month)
    since = date(oracle.end.year - 1, oracle.end.month, 1)
    groups = {True: [], False: []}
    for stay in oracle.stays:
        begin = max([since, *([min(oracle.covered)] if oracle.covered else [])])
        if stay["stay"] != 1 or stay["join_kind"] == "opening" or stay["joined_on"] < begin:
            continue
        person = stay["person_id"]
        first = oracle.first(person, stay["joined_on"], datetime(2025, 1, 1))
        if first is None or oracle.day(first["occurred_at"]) + timedelta(days=36) > oracle.end:
            continue
        if oracle.accounts[first["member_id"]]["platform"] not in oracle.linked(mentions=False):
            continue
        answered = any(
            other != person
            and oracle.kind(other) == "human"
            and first["event_id"] in (one.get("reply_to"), one.get("thread_id"))
            and timedelta(0) <= one["occurred_at"] - first["occurred_at"] <= timedelta(hours=24)
            for other, one in oracle.messages(datetime(2025, 1, 1))
        )
        day = oracle.day(first["occurred_at"])
        groups[answered].append(person in oracle.active(day + timedelta(days=8), day + timedelta(days=36)))
    found = metrics.first_reply_effect(given.open(), month=month).iloc[0]
    assert (found["answered"], found["answered_active"]) == (len(groups[True]), sum(groups[True]))
    assert (found["unanswered"], found["unanswered_active"]) == (len(groups[False]), sum(groups[False]))
    assert pd.isna(found["first_reply_effect"]) == (not groups[True] or not groups[False])


@settings(max_examples=12, deadline=None)
@given(arrivals(), st.sampled_from(made.MONTHS))
def test_the_steps_are_what_the_definition_reads(given, month):
    oracle = Oracle(given, month)
    begin = oracle.end - timedelta(days=28)
    here = [s for s in oracle.stays if s["left_on"] is None or s["left_on"] >= begin]
    members = {s["person_id"] for s in here}
    before = {s["person_id"] for s in here if s["joined_on"] < begin or s["join_kind"] == "opening"}
    new = {s["person_id"] for s in oracle.stays if s["joined_on"] >= begin and s["join_kind"] != "opening"}
    weeks = {
        person: {(day - begin).days // 7 for other, day in oracle.contributions if other == person and day >= begin}
        for person in members
    }
    names: dict[str, str | None] = {}
    for visit in given.rows["visits"]:
        if begin <= oracle.day(visit["visited_at"]) < oracle.end:
            known = [names.get(visit["visitor_id"]), visit["member_id"]]
            names[visit["visitor_id"]] = max((one for one in known if one), default=None)
    came = {oracle.accounts[member]["person"] if member else visitor for visitor, member in names.items()}
    came -= {facts["person"] for facts in oracle.accounts.values()} - oracle.eligible
    came |= {
        oracle.person(one)
        for one in given.rows["events"]
        if one["kind"] == "visit" and oracle.counted(one) and oracle.day(one["occurred_at"]) >= begin
    }
    found = metrics.conversion(given.open(), month=month).set_index("step")
    if not any(begin <= day < oracle.end for day in oracle.covered):
        assert found["people"].isna().all()
        return
    assert found["people"][["members", "contributors", "regular"]].tolist() == [
        len(members), sum(map(bool, weeks.values())), sum(len(one) >= 3 for one in weeks.values()),
    ]  # fmt: skip
    if pd.notna(found["people"]["visitors"]):
        assert found["people"]["visitors"] == len(came - before)
        if pd.notna(found["numerator"]["members"]):
            assert found["numerator"]["members"] == len((came - before) & new)


@settings(max_examples=6, deadline=None)
@given(arrivals(), st.sampled_from(made.MONTHS[:4]))
def test_what_happens_later_changes_no_welcome(given, month):
    end = Oracle(given, month).end_at
    fewer = given.with_rows(events=[one for one in given.rows["events"] if one["occurred_at"] < end])
    # Imputed joins may use the whole store; of those who joined by date nothing changes.
    dated = [one for one in given.rows["members"] if one["joined_at"] is not None]
    if len(dated) == len(given.rows["members"]):
        for name in ("welcome_coverage", "unwelcomed"):
            before, after = (getattr(metrics, name)(one.open(), month=month) for one in (fewer, given))
            pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_community_gets_sentences_and_figures(language):
    many = [(f"p{n}", "2026-01-03") for n in range(25)]
    talk = [(f"m{n}", f"p{n}", "2026-01-05", None) for n in range(25)]
    talk += [(f"r{n}", "old", "2026-01-05 03:00", f"m{n}") for n in range(12)]
    communities = {
        "nobody": (joined(), "2026-03"),
        "one": (joined(("a", A_MORNING), said=(FIRST, *LINK)), "2026-03"),
        "many": (joined(*many, said=talk), "2026-01"),
        "many, later": (joined(*many, said=talk), "2026-03"),
        "no coverage": (joined(("a", A_MORNING), coverage=[]), "2026-03"),
    }
    for community, month in communities.values():
        names = ("welcome_coverage", "welcome_hours", "stay_day7", "stay_day30", "onboarding", "first_reply_effect",
                 "conversion")  # fmt: skip
        frames = {name: getattr(metrics, name)(community, month=month) for name in names}
        said = [getattr(sentences, name)(frame, language=language) for name, frame in frames.items()]
        unwelcomed = metrics.unwelcomed(community, month=month)
        said.append(sentences.unwelcomed(unwelcomed, welcomed=frames["welcome_coverage"], language=language))
        for one in said:
            assert one.endswith(".") and "nan" not in one.split() and "None" not in one
        for name in ("onboarding", "first_reply_effect", "conversion"):
            drawn = getattr(figures, name)(frames[name], title="a < b", language=language)
            assert drawn.layout.title.text == "a &lt; b" and drawn.to_json()
        assert sentences.onboarding_rows(frames["onboarding"], language=language)["share"].str.len().gt(0).all()
        assert len(sentences.conversion_rows(frames["conversion"], language=language)) == 4
