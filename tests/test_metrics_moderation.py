"""Spam, moderation, incidents: hand tables, the definitions in plain pandas, laws."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import actions, metrics, sentences, store
from workbench import settings as settings_of
from workbench.engine import community_of_rows, open_community
from workbench.settings import Settings
from workbench.sources import registry
from workbench.words import catalogue

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
MONTH = "2026-03"
ADVERT = "Earn a thousand a day from your chair, see https://win.example/join?id={n}"


def said(*messages, since="2026-01-01", joined=None, **tables):
    """A community from messages (member, time, group, text), its data beginning in January."""
    rows = [
        {"event_id": str(number), "member_id": member, "occurred_at": at, "group_id": group, "kind": "post",
         "platform": "chat", "text": text}
        for number, (member, at, group, text) in enumerate(messages, 1)
    ]  # fmt: skip
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": since, "to_at": "2026-04-30"}],
            "members": [
                {"member_id": member, "platform": "chat", "display_name": f"Name of {member}",
                 "joined_at": (joined or {}).get(member)}
                for member in sorted({message[0] for message in messages})
            ],
            "events": [{name: value for name, value in row.items() if name != "text"} for row in rows],
            "messages": [{name: row[name] for name in ("event_id", "occurred_at", "text")} for row in rows],
            **tables,
        }
    )  # fmt: skip


def reasons(community, month=MONTH):
    """Member → the reasons, of the list of the month."""
    found = metrics.spam_suspects(community, month=month)
    names = list(metrics.moderation.REASONS)
    return {row["member_id"]: {name for name in names if row[name]} for row in found.to_dict("records")}


def advert(member, *places, day=10):
    return [(member, f"2026-03-{day} 1{hour}:00", group, ADVERT.format(n=hour)) for hour, group in enumerate(places)]


def test_a_newcomer_who_advertises_in_three_groups_is_suspected_with_both_reasons():
    assert reasons(said(*advert("x", "a", "b", "c"))) == {"x": {"first_link", "same_text_groups"}}


def test_one_reason_is_none():
    # A newcomer who shows a project once; the tempting mistake is to list every first link.
    assert reasons(said(*advert("x", "a"))) == {}


def test_a_link_that_a_known_member_shared_before_is_no_unknown_site():
    known = [("old", "2026-01-02 10:00", "a", "hello"), ("old", "2026-02-20 10:00", "a", "see https://WIN.example/faq")]
    assert reasons(said(*known, *advert("x", "a", "b", "c"))) == {}


def test_a_member_of_long_standing_who_posts_an_event_everywhere_is_not_suspected():
    old = [("old", "2026-01-02 10:00", "a", "hello everybody")]
    assert reasons(said(*old, *advert("old", "a", "b", "c", "d"))) == {}


def test_two_accounts_of_long_standing_with_the_same_advert_in_three_groups_each_are_suspected():
    # Taken-over accounts: nobody is new, so only the texts tell.
    old = [(member, "2026-01-02 10:00", "a", "hello everybody") for member in ("p", "q")]
    wave = {"same_text_groups", "same_text_accounts"}
    assert reasons(said(*old, *advert("p", "a", "b", "c"), *advert("q", "a", "b", "c"))) == {"p": wave, "q": wave}


def test_the_same_thanks_by_many_people_is_no_spam():
    thanks = [(member, "2026-03-05 10:00", "a", "Thank you so much, this works very well!") for member in "pqrs"]
    assert reasons(said(*thanks)) == {}


def test_three_newcomers_who_name_one_site_in_other_words_are_a_wave():
    texts = ("Look at this https://www.win.example/a", "I made 3,000 here: http://win.example", "www.win.example rocks")
    wave = [(member, "2026-03-10 10:00", "a", text) for member, text in zip("pqr", texts, strict=True)]
    assert reasons(said(*wave)) == {member: {"first_link", "same_site"} for member in "pqr"}


def test_a_phone_number_or_address_leads_away_like_a_link():
    for text in ("Work from home, write to boss@win.example now", "Work from home, call me at +33 6 12 34 56 78 now"):
        spam = [("x", f"2026-03-10 1{n}:00", group, text) for n, group in enumerate("abc")]
        assert reasons(said(*spam)) == {"x": {"first_link", "same_text_groups"}}


def test_a_burst_is_five_messages_in_three_groups_within_a_day_of_the_first():
    link = ("x", "2026-03-10 10:00", "a", "my shop https://win.example")
    talk = [("x", f"2026-03-10 1{n}:00", group, "buy it today") for n, group in enumerate("abbc", 1)]
    assert reasons(said(link, *talk)) == {"x": {"first_link", "burst"}}
    assert reasons(said(link, *talk[:3])) == {}
    late = [*talk[:3], ("x", "2026-03-11 10:00", "c", "buy it today")]
    assert reasons(said(link, *late)) == {}


def test_at_the_beginning_of_the_data_nobody_is_new_unless_the_join_is_dated():
    spam = advert("x", "a", "b", "c")
    assert reasons(said(*spam, since="2026-03-01")) == {}
    assert reasons(said(*spam, since="2026-03-01", joined={"x": "2026-03-09"})) == {
        "x": {"first_link", "same_text_groups"}
    }
    assert reasons(said(*spam, since="2026-03-01", joined={"x": "2025-03-09"})) == {}
    # Who wrote before joining has come back, or was there before the data begin.
    assert reasons(said(*spam, since="2026-03-01", joined={"x": "2026-03-11"})) == {}


def test_staff_and_those_banned_before_are_not_on_the_list_and_those_banned_now_are_marked():
    banned = {"action_id": "1", "member_id": "x", "action": "ban"}
    spam = advert("x", "a", "b", "c")
    now = said(*spam, moderation=[{**banned, "acted_at": "2026-03-11"}])
    assert metrics.spam_suspects(now, month=MONTH)[["banned", "moderated"]].values.tolist() == [[True, 1]]
    before = said(*spam, moderation=[{**banned, "acted_at": "2026-02-11"}])
    assert reasons(before) == {}
    team = said(*spam, members=[{"member_id": "x", "platform": "chat", "role": "staff"}])
    assert reasons(team) == {}


def test_a_deleted_advert_counts_where_its_text_is_known():
    gone = [
        {"event_id": str(n), "member_id": "x", "occurred_at": at, "group_id": group, "kind": "post", "platform": "chat",
         "deleted_at": at}
        for n, (_, at, group, _) in enumerate(advert("x", "a", "b", "c"), 1)
    ]  # fmt: skip
    assert reasons(said(*advert("x", "a", "b", "c"), events=gone)) == {"x": {"first_link", "same_text_groups"}}


def test_a_text_that_attacks_the_question_is_only_text():
    hostile = "'; DROP TABLE events; -- https://win.example/{n} \\1 $1 %s <@U1> (((([a-z]"
    spam = [("x", f"2026-03-10 1{n}:00", group, hostile) for n, group in enumerate("abc")]
    assert set(reasons(said(*spam))) == {"x"}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("pq"), st.integers(1, 31), st.sampled_from("abc"), st.text(max_size=80)), max_size=12
    )
)
def test_any_text_gets_an_answer(messages):
    rows = [
        (member, f"2026-03-{day:02} 10:{place:02}", group, f"{text} https://{member}.example/{text[:5]}")
        for place, (member, day, group, text) in enumerate(messages)
    ]
    frame = metrics.spam_suspects(said(("old", "2026-01-02 10:00", "a", "hi"), *rows), month=MONTH)
    assert (frame["n_reasons"] >= 2).all()


TEXTS = {
    "Earn a thousand a day from your chair, see https://win.example/join?id=1": ("win.example", "earn"),
    "EARN a thousand a day from your chair: see http://www.win.example/2 @all": ("win.example", "earn"),
    "Come and look into my new little shop www.win.example": ("win.example", "shop"),
    "Earn a thousand a day from your chair, see https://sun.example": ("sun.example", "earn"),
    "go https://sun.example": ("sun.example", None),
    "Work from home, write to boss@win.example today": ("", "home"),
    "hello all": None,
}
"""A text → to which site it leads and what it says, read by eye: None where that is short, or it leads nowhere."""


@st.composite
def advertising(draw):
    """People old and new, one of them with two accounts, who write adverts and talk in four groups."""
    given = draw(made.communities(max_events=3))
    days = st.sampled_from([datetime(2026, *day) for day in ((3, 9), (3, 10), (3, 16), (2, 26), (3, 20), (1, 20))])
    joined, starts = ({name: draw(dates) for name in "pqrst"} for dates in (st.none() | days, days))
    starts["p"] = datetime(2026, 1, 3)
    members = [
        {"member_id": f"chat:{name}", "platform": "chat", "person_id": "twin" if name in "st" else None,
         "display_name": name, "role": None, "joined_at": joined[name], "join_source": None}
        for name in joined
    ]  # fmt: skip
    texts = draw(st.lists(st.sampled_from([*TEXTS]), min_size=1, max_size=3))
    later = st.sampled_from((0, 0, 7, 8, 30))
    campaign = (st.sampled_from("pqqqrrrssstt"), st.sampled_from(texts), later, st.integers(1, 6), st.integers(1, 4))
    events, messages = [], []
    for name, text, wait, size, groups in draw(st.lists(st.tuples(*campaign), min_size=3, max_size=9)):
        step = draw(st.sampled_from((1, 6, 9)))
        for number in range(size):
            at, key = starts[name] + timedelta(days=wait, hours=step * number), f"ad:{len(events):02}"
            event = {
                "event_id": key,
                "platform": "chat",
                "occurred_at": at,
                "member_id": f"chat:{name}",
                "kind": "post",
            }
            gone = at if draw(st.integers(0, 9)) == 0 else None
            events.append({**event, "group_id": f"chat:{'abcd'[number % groups]}", "deleted_at": gone})
            messages.append({"event_id": key, "occurred_at": at, "text": text})
    acts = [
        {"action_id": f"act {n}", "acted_at": draw(days), "member_id": f"chat:{draw(st.sampled_from('pqrst'))}",
         "action": draw(st.sampled_from(("warn", "ban", "unban")))}
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    tables = {"members": members, "events": events, "moderation": acts}
    since = draw(st.sampled_from(("2026-01-01", "2026-01-01", "2026-01-01", "2026-02-25")))
    coverage = [{**row, "from_at": datetime.fromisoformat(since)} for row in given.rows["coverage"]]
    tables = {name: given.rows[name] + rows for name, rows in tables.items()}
    return given.with_rows(**tables, messages=messages, coverage=coverage)


def suspects(given, month):
    """Person → reasons, messages, those that lead away, acts on the person, banned: as the definition reads."""
    known = Oracle(given, month)
    texts = {row["event_id"]: row["text"] for row in given.rows["messages"]}
    rows = [
        (known.person(e), e["event_id"], e["occurred_at"], known.day(e["occurred_at"]), e["group_id"],
         *(TEXTS.get(texts.get(e["event_id"])) or (None, None)))
        for e in given.rows["events"]
        if e["kind"] in ("post", "reply") and e["member_id"] is not None and known.day(e["occurred_at"]) < known.end
    ]  # fmt: skip
    said = pd.DataFrame(rows, columns=["person", "event_id", "at", "day", "group_id", "site", "words"])
    said = said.sort_values(["at", "event_id"])
    new_until = {}
    for person, first_day in said.groupby("person")["day"].min().items():
        own = {name: facts for name, facts in known.accounts.items() if facts["person"] == person}
        joins = [r["joined_at"] for r in given.rows["members"] if r["member_id"] in own and r["joined_at"] is not None]
        platform = known.platform_days[min(facts["platform"] for facts in own.values())]
        since_join = (first_day - known.day(min(joins))).days if joins else None
        if (first_day - min(platform or known.covered)).days >= 28 or (joins and 0 <= since_join <= 7):
            new_until[person] = first_day + timedelta(days=7)
    said["new"] = [
        day <= new_until.get(person, date.min) for person, day in zip(said["person"], said["day"], strict=True)
    ]
    away = said[said["site"].notna() & (said["day"] >= known.start - timedelta(days=56))]
    waves = {
        site: own["person"].nunique() for site, own in away.groupby("site") if own["new"].all()
    }  # sites that only new people have named
    month_said, month_away = (frame[frame["day"] >= known.start] for frame in (said, away))
    same = month_away.dropna(subset=["words"]).groupby(["site", "words"])
    found = {}
    for person, own in month_said.groupby("person"):
        leading = month_away[month_away["person"] == person]
        why, first = set(), said[said["person"] == person].iloc[0]
        if person in new_until and first["day"] >= known.start:
            if first["site"] in waves:
                why.add("first_link")
            day = own[own["at"] < first["at"] + timedelta(hours=24)]
            if len(day) >= 5 and day["group_id"].nunique() >= 3:
                why.add("burst")
        for _, alike in same:
            if person in set(alike["person"]):
                if alike.loc[alike["person"] == person, "group_id"].nunique() >= 3:
                    why.add("same_text_groups")
                if alike["person"].nunique() >= 2:
                    why.add("same_text_accounts")
        if any(waves.get(site, 0) >= 3 for site in leading["site"]):
            why.add("same_site")
        acts = [
            row["action"] for row in given.rows["moderation"]
            if known.accounts[row["member_id"]]["person"] == person and known.in_month(known.day(row["acted_at"]))
            and row["action"] != "unban"
        ]  # fmt: skip
        if len(why) >= 2 and person in known.eligible:
            found[person] = (why, len(own), len(leading), len(acts), "ban" in acts)
    return found


@settings(max_examples=10, deadline=None)
@given(advertising())
def test_suspects_are_what_the_definition_reads(given):
    with given.open() as community:
        found = metrics.spam_suspects(community, month=MONTH)
    names = metrics.moderation.REASONS
    assert {
        row["member_id"]: ({name for name in names if row[name]},
                           *(row[name] for name in ("messages", "leading_away", "moderated", "banned")))
        for row in found.to_dict("records")
    } == suspects(given, MONTH)  # fmt: skip
    order = list(zip(-found["n_reasons"], found["member_id"], strict=True))
    assert order == sorted(order)


def acted(*rows, **tables):
    """Moderation from (member, time, action, message, reason); the record was exported in May."""
    listed = [
        {"action_id": str(number), "member_id": member, "acted_at": at, "action": action, "event_id": message,
         "reason": reason, "observed_at": "2026-05-01"}
        for number, (member, at, action, message, reason) in enumerate(rows, 1)
    ]  # fmt: skip
    talk = [("old", f"2026-03-{day:02} 10:00", "a", "hello") for day in range(1, 11)]
    return said(*talk, moderation=listed, **tables)


def test_a_message_flagged_and_then_removed_counts_once():
    community = acted(
        ("x", "2026-03-02 10:00", "flag", "1", None), ("x", "2026-03-02 12:00", "remove", "1", None),
        ("x", "2026-03-03 12:00", "flag", "2", None), ("x", "2026-03-03 12:00", "warn", "2", None),
        ("x", "2026-04-03 12:00", "remove", "2", None),
    )  # fmt: skip
    row = metrics.spam_rate(community, month=MONTH).iloc[0]
    # Ten messages, two of them acted on; what April does is not known yet. The first was written on 1 March at 10:00.
    assert row[["numerator", "denominator", "removed", "flagged"]].tolist() == [2, 10, 1, 1]
    assert (row["spam_rate"], row["removal_hours"], row["removals_timed"]) == (200, 26, 1)


def test_a_removed_message_that_the_export_dropped_is_a_message_and_slack_s_id_tells_its_time():
    at = datetime(2026, 3, 2, 9, 30)
    slack = f"slack:C1:{(at - datetime(1970, 1, 1)).total_seconds():.6f}"
    community = acted(("x", "2026-03-02 10:00", "remove", slack, None), ("x", "2026-03-02 10:00", "remove", "z", None))
    row = metrics.spam_rate(community, month=MONTH).iloc[0]
    assert row[["numerator", "denominator", "removals_timed", "removal_hours"]].tolist() == [2, 12, 1, 0.5]


def test_without_a_record_of_moderation_nothing_is_zero():
    for community, why in (
        (acted(), "why.no_moderation"),
        (acted(("x", "2026-04-02", "ban", None, None)), "why.moderation_not_covered"),
    ):
        rate, ladder = (
            metrics.spam_rate(community, month=MONTH).iloc[0],
            metrics.warn_ladder(community, month=MONTH).iloc[0],
        )
        assert rate["why"] == ladder["why"] == rate["removal_hours_why"] == why and why in catalogue()
        assert rate[["spam_rate", "numerator", "removed"]].isna().all()
        assert ladder[["warn_ladder", "numerator", "third_offences"]].isna().all()


def test_a_month_in_which_moderators_had_nothing_to_do_is_zero():
    row = metrics.spam_rate(acted(("x", "2026-02-02", "warn", None, None)), month=MONTH).iloc[0]
    assert (row["spam_rate"], row["numerator"], row["removal_hours_why"]) == (0, 0, "why.nothing_removed")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(
    st.sampled_from(("remove", "flag", "warn")), st.integers(-40, 40), st.sampled_from((None, *"123456789", "gone")),
), min_size=1, max_size=12))  # fmt: skip
def test_the_rate_of_spam_is_what_the_definition_reads(actions_taken):
    written = {str(n): datetime(2026, 3, n, 10) for n in range(1, 11)}
    first = datetime(2026, 3, 5, 7)
    taken = [(what, first + timedelta(days=days), message) for what, days, message in actions_taken]
    # Somebody was warned in February, so that the month is on record.
    community = acted(*(("x", str(at), what, message, None) for what, at, message in taken),
                      ("x", "2026-02-01", "warn", None, None))  # fmt: skip
    acts = pd.DataFrame(taken, columns=["what", "at", "message"])
    acts = acts[acts["at"].between("2026-03-01", "2026-03-31 23:59") & acts["what"].isin(["remove", "flag"])]
    acts["message"] = acts["message"].fillna(pd.Series(acts.index.astype(str), index=acts.index).radd("act "))
    removed = acts[acts["what"] == "remove"].groupby("message")["at"].min()
    hours = [max((at - written[m]) / timedelta(hours=1), 0) for m, at in removed.items() if m in written]
    gone = set(acts["message"]) - set(written)
    row = metrics.spam_rate(community, month=MONTH).iloc[0]
    assert (row["numerator"], row["denominator"]) == (acts["message"].nunique(), 10 + len(gone))
    assert (row["removed"], row["removals_timed"]) == (len(removed), len(hours))
    assert row["removal_hours"] == pytest.approx(pd.Series(hours, dtype=float).median(), nan_ok=True)


def test_bans_with_two_warnings_in_the_180_days_before():
    community = acted(
        # Two warnings, the first just within 180 days: by the ladder.
        ("a", "2025-09-11 12:00", "warn", "1", None), ("a", "2026-03-09", "warn", "2", None),
        ("a", "2026-03-10 12:00", "ban", None, "insults"),
        # The first a minute too old; the tempting mistake is to count all warnings ever.
        ("b", "2025-09-11 11:59", "warn", "3", None), ("b", "2026-03-09", "warn", "4", None),
        ("b", "2026-03-10 12:00", "ban", None, "insults"),
        # A scam is owed no warning; a ban of another month is not this month's.
        ("c", "2026-03-11", "ban", None, "Arnaque au placement"), ("d", "2026-04-01", "ban", None, "insults"),
        # A warning after the ban, or in the same instant, is no earlier warning.
        ("e", "2026-03-12", "ban", None, None), ("e", "2026-03-12", "warn", "5", None),
        ("e", "2026-03-13", "warn", "6", None),
    )  # fmt: skip
    row = metrics.warn_ladder(community, month=MONTH).iloc[0]
    assert row[["numerator", "denominator", "exempt", "third_offences"]].tolist() == [1, 3, 1, 0]
    bans = metrics.warned_bans(community, month=MONTH).set_index("member_id")
    assert bans["earlier_warnings"].to_dict() == {"a": 2, "b": 1, "c": 0, "e": 0}


def test_who_offends_a_third_time_and_stays_is_listed_and_who_is_banned_is_not():
    two = [(member, f"2026-02-0{n}", "warn", f"{member}{n}", None) for member in "abcd" for n in (1, 2)]
    community = acted(
        *two,
        ("a", "2026-03-05 10:00", "remove", "a3", "insults"), ("a", "2026-03-05 10:01", "warn", "a3", "insults"),
        ("b", "2026-03-05", "remove", "b3", None), ("b", "2026-03-06", "ban", None, None),
        ("c", "2026-03-05", "flag", "c3", None),  # a flag is only a suspicion
        ("d", "2026-02-03", "remove", "d3", None),  # of February
        ("e", "2026-03-05", "warn", "e1", None), ("e", "2026-03-06", "remove", "e1", None),  # one message, one offence
    )  # fmt: skip
    found = metrics.third_offences(community, month=MONTH)
    assert found[["member_id", "offences", "earlier_warnings", "reason"]].values.tolist() == [["a", 1, 2, "insults"]]
    assert metrics.warn_ladder(community, month=MONTH)["third_offences"].iloc[0] == 1
    # b was banned only on 6 March, so a report of February knows one offence of d alone.
    assert metrics.third_offences(community, month="2026-02")["member_id"].tolist() == ["d"]


@settings(max_examples=15, deadline=None)
@given(st.lists(
    st.tuples(
        st.sampled_from("ab"), st.integers(0, 260), st.sampled_from(["warn", "warn", "remove", "flag", "ban"]),
        st.sampled_from(["1", "2", "3", None]),
    ),
    max_size=12,
))  # fmt: skip
def test_the_ladder_is_what_the_definition_reads(actions_taken):
    first = datetime(2025, 8, 1, 12)
    rows = [
        (member, str(first + timedelta(days=day)), action, message, None)
        for member, day, action, message in actions_taken
    ]
    community = acted(*rows, ("z", "2025-07-01", "warn", None, None))
    start, end = datetime(2026, 3, 1), datetime(2026, 4, 1)
    taken = [(member, first + timedelta(days=day), action) for member, day, action, _ in actions_taken]
    bans = {(member, at) for member, at, action in taken if action == "ban" and start <= at < end}
    warned = [
        len(
            {
                other
                for who, other, what in taken
                if who == member and what == "warn" and at - timedelta(days=180) <= other < at
            }
        )
        for member, at in bans
    ]
    row = metrics.warn_ladder(community, month=MONTH).iloc[0]
    assert (row["numerator"], row["denominator"]) == (sum(n >= 2 for n in warned), len(bans))


def logged(*rows):
    """A log from (kind, noted, acknowledged, closed, status, note)."""
    names = ("kind", "noted_at", "acknowledged_at", "closed_at", "status", "note")
    listed = [{"entry_id": str(n), **dict(zip(names, row, strict=True))} for n, row in enumerate(rows, 1)]
    return said(("old", "2026-01-02 10:00", "a", "hello"), log=listed)


def test_each_part_of_an_incident_is_counted_in_the_month_in_which_it_happened():
    community = logged(
        ("incident", "2026-02-20 10:00", "2026-02-20 12:00", "2026-03-02 10:00", None, "Spam wave"),
        ("incident", "2026-03-05 10:00", "2026-03-05 11:00", "2026-04-02 10:00", "closed", "spam again"),
        ("incident", "2026-03-06 10:00", "2026-03-06 15:00", None, "closed", "publicité"),
        ("incident", "2026-03-07 10:00", None, None, None, "the moon is gone"),
        ("prompt", "2026-03-08 10:00", None, None, None, "spam"),
    )
    frame = metrics.incidents(community, month=MONTH).set_index("type")
    columns = ["incidents", "acknowledged", "hours_to_acknowledge", "closed", "hours_to_close", "still_open"]
    # The end of the second is in April, so it is open; the third says closed and not when.
    assert frame.loc["spam", columns].tolist() == [2, 2, 3, 1, 240, 1]
    assert frame.loc["unexpected", ["incidents", "still_open"]].tolist() == [1, 1]
    assert frame["incidents"].sum() == 3 and frame.loc["scam", "incidents"] == 0
    assert metrics.open_incidents(community, month=MONTH)["text"].tolist() == ["spam again", "the moon is gone"]
    # What the status says was written later than March: a report of March does not know it.
    assert metrics.open_incidents(community, month=MONTH)["status"].isna().all()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(
    st.integers(-60, 60), st.none() | st.integers(-5, 400), st.none() | st.integers(-5, 900),
    st.sampled_from((None, "closed", "open")), st.sampled_from(("scam", "spam", "moon")),
), min_size=1, max_size=8))  # fmt: skip
def test_incidents_are_what_the_definition_reads(entries):
    first, start, end = datetime(2026, 3, 15, 9, 30), datetime(2026, 3, 1), datetime(2026, 4, 1)
    table = []
    for days, to_see, to_close, status, note in entries:
        noted = first + timedelta(days=days)
        seen, closed = (None if h is None else noted + timedelta(hours=h) for h in (to_see, to_close))
        table.append((noted, seen, closed, status, note))
    # Two notes of other kinds, so that the log covers the month.
    around = [("prompt", day, None, None, None, "tea") for day in ("2026-01-01", "2026-06-01")]
    text = [("incident", *(at and str(at) for at in row[:3]), *row[3:]) for row in table]
    found = metrics.incidents(logged(*text, *around), month=MONTH).set_index("type")
    for kind, name in (("scam", "scam"), ("spam", "spam"), ("unexpected", "moon")):
        own = [row for row in table if row[4] == name and row[0] < end]
        seen = [at - noted for noted, at, *_ in own if at is not None and start <= at < end]
        closed = [at - noted for noted, _, at, *_ in own if at is not None and start <= at < end]
        waits = {"acknowledged": ("hours_to_acknowledge", seen), "closed": ("hours_to_close", closed)}
        assert found.loc[kind, "incidents"] == sum(row[0] >= start for row in own)
        for count, (hours, times) in waits.items():
            expected = pd.Series([max(time / timedelta(hours=1), 0) for time in times], dtype=float).median()
            assert found.loc[kind, count] == len(times)
            assert found.loc[kind, hours] == pytest.approx(expected, nan_ok=True)
        still = [
            row for row in own if (row[2] is None and row[3] != "closed") or (row[2] is not None and row[2] >= end)
        ]
        assert found.loc[kind, "still_open"] == len(still)


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("Phishing by fake support", "scam"), ("Vague de spam", "spam"), ("Faux compte de la marque", "impersonation"),
        ("Complaints about the outage", "technical"), ("Panne du serveur", "technical"),
        ("Colère après le nouveau prix", "unhappy"), ("Members are angry", "unhappy"), (None, "unexpected"),
        ("Les plantes ont gelé", "unexpected"),
    ],
)  # fmt: skip
def test_the_type_is_read_from_the_words_of_the_note(note, kind):
    frame = metrics.incidents(logged(("incident", "2026-03-05", None, None, None, note)), month=MONTH)
    assert frame.loc[frame["incidents"] == 1, "type"].tolist() == [kind]


def test_without_a_log_incidents_are_null_and_never_zero():
    for community, why in (
        (logged(), "why.no_log"),
        (logged(("event", "2026-04-05", *[None] * 4)), "why.log_not_covered"),
    ):
        frame = metrics.incidents(community, month=MONTH)
        assert frame[["incidents", "closed", "still_open"]].isna().all(axis=None) and set(frame["why"]) == {why}


def busy(*log):
    """One message a day since January, ten on 10 March, nine on 20 March, and four on 25 March, which is no spike."""
    days = pd.date_range("2026-01-01", "2026-04-30").strftime("%Y-%m-%d")
    many = {"2026-03-10": 10, "2026-03-20": 9, "2026-03-25": 4}
    talk = [("old", f"{day} 10:{n:02}", "a", "hello") for day in days for n in range(many.get(day, 1))]
    names = ("kind", "noted_at", "closed_at")
    return said(*talk, log=[{"entry_id": str(n), **dict(zip(names, row, strict=True))} for n, row in enumerate(log)])


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (None, ["2026-03-10", "2026-03-20"]),
        (("prompt", "2026-03-10 09:00", None), ["2026-03-10", "2026-03-20"]),
        (("event", "2026-03-09 09:00", None), ["2026-03-20"]),
        (("event", "2026-03-08 09:00", None), ["2026-03-10", "2026-03-20"]),
        (("incident", "2026-03-11 09:00", "2026-03-12"), ["2026-03-20"]),
        (("incident", "2026-03-12 09:00", "2026-03-13"), ["2026-03-10", "2026-03-20"]),
        # An incident that lasts explains its first week, not every spike of the quarter.
        (("incident", "2026-03-09 09:00", None), ["2026-03-20"]),
        (("incident", "2026-03-13 09:00", None), ["2026-03-10"]),
    ],
)
def test_a_spike_is_logged_when_the_log_tells_a_cause_near_it(entry, left):
    found = metrics.unlogged_spikes(busy(*([entry] if entry else [])), month=MONTH)
    assert found["day"].astype(str).tolist() == left and set(found["kind"]) == {"volume"}


def test_a_day_that_stands_out_twice_is_named_once():
    day = {"day": pd.Timestamp("2026-03-10"), "median": 2.0, "high": 3.0}
    frame = pd.DataFrame([{**day, "kind": "volume", "value": 9}, {**day, "kind": "negative", "value": 12}])
    assert sentences.unlogged_spikes(frame, language="en").count("10 March 2026") == 1


def test_the_lists_ask_for_a_look_and_leave_out_who_is_banned():
    club = Settings(name="club", timezone="UTC")
    spam = [*advert("x", "a", "b", "c"), *advert("y", "a", "b", "c")]
    community = said(
        *spam, moderation=[{"action_id": "1", "member_id": "y", "action": "ban", "acted_at": "2026-03-11"}]
    )
    found = metrics.spam_suspects(community, month=MONTH)
    listed = actions.suspects(found, settings=club, language="en")
    assert listed["member_id"].tolist() == ["x"] and "suspicion" in listed["do"].iloc[0]
    assert "win.example" in listed["text"].iloc[0]
    assert "win.example" not in actions.on_page(listed, settings=club).to_csv()
    shown = sentences.spam_suspect_rows(found, language="fr")
    assert "text" not in shown and "même texte" in shown["reasons"].iloc[0]
    lists = actions.lists(settings=club, language="en", spam_suspects=found, third_offences=found.head(0))
    assert list(lists) == ["Looks like spam"]
    assert all(f"column.{name}" in catalogue() for name in listed.columns)


def test_open_incidents_and_third_offences_say_what_to_decide():
    club = Settings(name="club", timezone="UTC")
    open_ones = metrics.open_incidents(logged(("incident", "2026-03-05", None, None, None, "=1+1 panne")), month=MONTH)
    listed = actions.incidents(open_ones, settings=club, language="fr")
    assert listed["why"].tolist() == ["Ouvert depuis 27 jours, sans prise en compte."] and listed["member"].isna().all()
    two = [("a", f"2026-02-0{n}", "warn", str(n), None) for n in (1, 2)]
    third = metrics.third_offences(acted(*two, ("a", "2026-03-05", "mute", "3", None)), month=MONTH)
    decided = actions.offences(third, settings=club, language="en")
    assert "decide with a second moderator" in decided["do"].iloc[0] and decided["why"].iloc[0].startswith("2 warnings")
    for frame in (listed, decided):
        assert all(f"column.{name}" in catalogue() for name in frame.columns)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_texts_work_with_moderation_and_without(language):
    full = acted(
        ("a", "2026-03-02 12:00", "remove", "1", None), ("a", "2026-03-03", "ban", None, "insults"),
        log=[{"entry_id": "1", "kind": "incident", "noted_at": "2026-03-05", "note": "spam"}],
    )  # fmt: skip
    for community in (full, acted(), said(*advert("x", "a", "b", "c"))):
        for name in ("spam_suspects", "spam_rate", "warn_ladder", "third_offences", "incidents", "open_incidents",
                     "unlogged_spikes"):  # fmt: skip
            frame = getattr(metrics, name)(community, month=MONTH)
            text = getattr(sentences, name)(frame, language=language)
            assert text and not re.search(r"\bnan\b|None|<NA>", text)
        assert sentences.incident_rows(metrics.incidents(community, month=MONTH), language=language) is not None


@settings(max_examples=6, deadline=None)
@given(made.communities(max_events=30), st.sampled_from(made.MONTHS[:-1]))
def test_later_rows_change_no_earlier_month(given, month):
    later = [
        *given.rows["moderation"],
        {"action_id": "later", "acted_at": datetime(2026, 5, 30), "member_id": "chat:0", "action": "ban"},
        {"action_id": "first", "acted_at": datetime(2025, 1, 1), "member_id": "chat:9", "action": "warn"},
    ]
    before = given.with_rows(moderation=later[:-2] + later[-1:]).open()
    after = given.with_rows(moderation=later).open()
    for name in ("spam_suspects", "third_offences", "warned_bans"):
        question = getattr(metrics, name)
        pd.testing.assert_frame_equal(question(before, month=month), question(after, month=month))


def test_no_member_of_a_real_community_is_listed_by_accident(tmp_path):
    file = SHARED / "slack-10academy.zip"
    if not file.exists():
        pytest.skip(f"{file.name} is not beside the project (../shared/data)")
    store.add(tmp_path, registry.recognise(file), file, timezone="UTC")
    settings_of.create(tmp_path / "community.toml", name="real", timezone="UTC")
    with open_community(tmp_path) as community:
        assert [len(metrics.spam_suspects(community, month=month)) for month in ("2022-09", "2022-10")] == [0, 0]
