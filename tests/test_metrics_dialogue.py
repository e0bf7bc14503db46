"""Replies, reactions, open loops, owners' effort, who may know: hand tables, the definitions in plain Python, laws."""

from datetime import date, datetime, timedelta

import made
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import actions, figures, metrics, sentences
from workbench.engine import Community, community_of_rows, question_sql
from workbench.metrics import responses
from workbench.settings import Settings
from workbench.words import catalogue

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
CLUB = Settings(name="club", timezone="UTC")


def said(event, member, at, *, kind="post", thread=None, text=None, group="forum:help", **more):
    return {
        "event_id": event, "platform": "forum", "member_id": member and f"forum:{member}", "occurred_at": at,
        "kind": "reply" if thread and kind == "post" else kind,
        "thread_id": thread or (event if kind == "post" else None), "group_id": group, "text": text, **more,
    }  # fmt: skip


def opened(*events, roles=(("boss", "staff"),), timezone="UTC", chosen=None, **more):
    """A forum from January on; `roles`: (member, role)."""
    names = sorted({event["member_id"] for event in events} - {None} | {f"forum:{name}" for name, _ in roles})
    rows = {
        "coverage": [{"platform": "forum", "from_at": "2025-09-01", "to_at": "2026-04-30"}],
        "groups": [{"group_id": "forum:help", "platform": "forum", "name": "help"}],
        "members": [
            {"member_id": name, "platform": "forum", "role": dict(roles).get(name.removeprefix("forum:")),
             "display_name": name.removeprefix("forum:")}
            for name in names
        ],
        "events": [{key: value for key, value in event.items() if key != "text"} for event in events],
        "messages": [
            {name: event[name] for name in ("event_id", "occurred_at", "text")} for event in events if event["text"]
        ],
        **more,
    }  # fmt: skip
    return community_of_rows(rows, timezone=timezone, **(chosen or {}))


def counts(community, name, month="2026-03"):
    row = getattr(metrics, name)(community, month=month).iloc[0]
    return row["numerator"], row["denominator"]


# Replies and reactions


def test_a_thread_has_a_reply_when_another_human_wrote_in_it_within_72_hours():
    community = opened(
        said("1", "ana", "2026-03-02 10:00"), said("2", "boss", "2026-03-05 10:00", thread="1"),  # just in time, staff
        said("3", "ana", "2026-03-03 10:00"), said("4", "ben", "2026-03-06 10:01", thread="3"),  # too late
        said("5", "ana", "2026-03-04 10:00"), said("6", "ana", "2026-03-04 11:00", thread="5"),  # herself
        said("7", "ana", "2026-03-05 10:00"), said("8", "bot", "2026-03-05 11:00", thread="7"),
        said("9", "ana", "2026-03-29 00:01"),  # not yet 72 hours old at the end
        said("10", "boss", "2026-03-04 10:00"),  # a thread of staff is none of the members'
        roles=(("boss", "staff"), ("bot", "bot")),
    )  # fmt: skip
    assert counts(community, "reply_rate") == (1, 4)


def test_where_no_answer_is_linked_the_reply_rate_is_null():
    row = metrics.reply_rate(opened(said("1", "ana", "2026-03-02")), month="2026-03").iloc[0]
    assert pd.isna(row["reply_rate"]) and row["why"] == "why.responses_no_links"
    row = metrics.reply_rate(opened(), month="2026-03").iloc[0]
    assert pd.isna(row["reply_rate"]) and row["why"] == "why.dialogue_no_threads"


def reacted(event, member, to, at="2026-03-10"):
    return said(event, member, at, kind="reaction", reply_to=to)


def test_a_reaction_counts_when_another_human_gave_it_in_time():
    messages = [said(str(n), "ana", f"2026-03-0{n + 1}") for n in range(6)]
    reactions = [
        reacted("r0", "ben", "0"), reacted("r0 too", "boss", "0"),  # two are one
        reacted("r1", "ana", "1"),  # her own
        reacted("r2", "bot", "2"),
        reacted("r3", "ben", "3", "2026-04-01"),
    ]  # fmt: skip
    named = [{"event_id": "4", "emoji": "+1", "count": 2}, {"event_id": "5", "emoji": "+1", "count": 0}]
    community = opened(*messages, *reactions, reaction_counts=named, roles=(("boss", "staff"), ("bot", "bot")))
    assert counts(community, "reaction_rate") == (2, 6)


def test_an_export_without_reactions_says_so_instead_of_nought():
    row = metrics.reaction_rate(opened(said("1", "ana", "2026-03-02")), month="2026-03").iloc[0]
    assert pd.isna(row["reaction_rate"]) and row["why"] == "why.dialogue_no_reactions"


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS))
def test_both_rates_are_their_definitions_in_plain_python(given, month):
    known, community = Oracle(given, month), given.open()
    roles = {}
    for account in known.accounts.values():
        roles.setdefault(account["person"], set()).add(account["role"])
    alive = [
        event
        for event in given.rows["events"]
        if event["member_id"] is not None
        and known.day(event["occurred_at"]) < known.end
        and not (event["deleted_at"] is not None and known.day(event["deleted_at"]) < known.end)
        and not roles[known.person(event)] & {"bot", "excluded"}
    ]

    def platform(event):  # what an export tells, it tells of its accounts
        return known.accounts[event["member_id"]]["platform"]

    early = [e for e in given.rows["events"] if e["member_id"] and known.day(e["occurred_at"]) < known.end]
    linked = {platform(event) for event in early if event["kind"] == "reply"}
    telling = {platform(event) for event in early if event["kind"] == "reaction"}
    mine = [
        event
        for event in alive
        if known.in_month(known.day(event["occurred_at"])) and known.person(event) in known.eligible
    ]
    threads = [
        event
        for event in mine
        if event["kind"] == "post"
        and platform(event) in linked
        and known.end_at - event["occurred_at"] >= timedelta(hours=72)
    ]
    replied = [
        event
        for event in threads
        if any(
            answer["kind"] in ("post", "reply")
            and answer.get("thread_id") == event["event_id"]
            and known.person(answer) != known.person(event)
            and timedelta() <= answer["occurred_at"] - event["occurred_at"] <= timedelta(hours=72)
            for answer in alive
        )
    ]
    assert counts(community, "reply_rate", month) == (len(replied), len(threads))
    messages = [event for event in mine if event["kind"] in ("post", "reply") and platform(event) in telling]
    met = [
        event
        for event in messages
        if any(
            one["kind"] == "reaction"
            and one.get("reply_to") == event["event_id"]
            and known.person(one) != known.person(event)
            for one in alive
        )
    ]
    assert counts(community, "reaction_rate", month) == (len(met), len(messages))


# Open loops


def promised(text, *, after=(), by="boss", log=(), at="2026-03-10 10:00", roles=(("boss", "staff"),)):
    return opened(
        said("ask", "ana", "2026-03-10 09:00", text="Can we?"), said("promise", by, at, thread="ask", text=text),
        *after, log=list(log), roles=roles,
    )  # fmt: skip


def still_open(community, month="2026-03"):
    return metrics.open_loops(community, month=month)["loop_id"].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "I'll get back to you tomorrow", "Thanks! We will keep you posted.", "Let me see. I’ll look into it",
        "I've escalated this", "We will let you know", "I'll just check and answer here",
        "Je reviens vers vous demain", "je te tiens au courant", "On se renseigne", "J’ai fait remonter à l’équipe",
        "Bonne question, nous reviendrons vers toi", "Je me renseigne et je réponds", "je vous recontacte",
    ],
)  # fmt: skip
def test_reads_like_a_promise(text):
    assert still_open(promised(text)) == ["promise"]


@pytest.mark.parametrize(
    "text",
    [
        "Did they get back to you?", "I let him find out", "He will look into it himself",
        "Je reviens de vacances", "Tu me tiens au courant ?", "Elle revient vers midi", "On a remonté le mur",
        "I look into it every day",
    ],
)  # fmt: skip
def test_does_not_read_like_a_promise(text):
    assert still_open(promised(text)) == []


def test_a_member_s_promise_is_none_of_the_team_s_but_a_moderator_s_is():
    assert still_open(promised("I'll get back to you", by="ben")) == []
    assert still_open(promised("I'll get back to you", by="ben", roles=[("ben", "moderator")])) == ["promise"]


def test_the_next_message_of_the_team_closes_unless_it_promises_again():
    thanks = said("t", "ana", "2026-03-11", thread="ask", text="Thank you")
    again = said("a", "boss", "2026-03-12", thread="ask", text="I'll get back to you, sorry")
    answer = said("b", "helper", "2026-03-14 10:00", thread="ask", text="Here it is")
    team = (("boss", "staff"), ("helper", "moderator"))
    assert still_open(promised("I'll get back to you", after=[thanks, again], roles=team)) == ["promise", "a"]
    community = promised("I'll get back to you", after=[thanks, again, answer], roles=team)
    assert still_open(community) == []
    closed = metrics.loops_closed(community, month="2026-03").iloc[0]
    assert (closed["numerator"], closed["denominator"]) == (2, 2)
    assert closed["median_days"] == pytest.approx(2 + 10 / 24)  # 4 days and 2.4 days: half are closed by the shorter


def test_an_answer_in_another_thread_or_of_the_next_month_closes_nothing():
    other = said("o", "boss", "2026-03-14", text="Here it is")
    late = said("l", "boss", "2026-04-01", thread="ask", text="Here it is")
    assert still_open(promised("I'll get back to you", after=[other, late])) == ["promise"]
    assert still_open(promised("I'll get back to you", after=[other, late]), month="2026-04") == []


def entry(number, noted_at, *, kind="routing", **more):
    return {"entry_id": number, "noted_at": noted_at, "kind": kind, **more}


def test_the_log_s_entries_are_open_until_a_date_or_a_status_closes_them_however_old():
    log = [
        entry("old", "2025-10-01"),
        entry("old and closed", "2025-10-02", closed_at="2025-10-03"),
        entry("closed later", "2026-03-02", closed_at="2026-04-01"),
        entry("closed", "2026-03-03", closed_at="2026-03-05"),
        entry("answered", "2026-03-04", status=" Answered "),
        entry("waiting", "2026-03-05", status="waiting"),
        entry("prompt", "2026-03-06", kind="prompt"),  # nothing to close
    ]
    community = opened(log=log)
    assert still_open(community) == ["old", "closed later", "waiting"]
    closed = metrics.loops_closed(community, month="2026-03").iloc[0]
    # Of the last 90 days: two of four; "answered" has no date, so the median knows 2, 27 and 29 open days.
    assert (closed["numerator"], closed["denominator"]) == (2, 4) and pd.isna(closed["median_days"])


PROMISES = ("I'll get back to you", "Je reviens vers vous")


@st.composite
def promising(draw):
    """A team that promises and answers from January on, and notes things in a log."""
    given = draw(made.teams())
    border = Oracle(given, "2026-03").instant(date(2026, 1, 1))
    sometime = st.one_of(made.moments(given.timezone), st.sampled_from((border, border - timedelta(minutes=1))))
    events, messages = [], []
    for event in given.rows["events"]:
        if event["kind"] in ("post", "reply"):
            if draw(st.integers(0, 4)) == 0:
                event = {**event, "occurred_at": draw(sometime), "deleted_at": None}
            if event["kind"] == "reply" and draw(st.booleans()):
                event = {**event, "reply_to": f"team:{draw(st.integers(0, 9))}"}
            text = draw(st.sampled_from((*PROMISES, "Here it is", None)))
            messages.append({"event_id": event["event_id"], "occurred_at": event["occurred_at"], "text": text})
        events.append(event)
    log = []
    for number in range(draw(st.integers(0, 6))):
        noted, days = draw(sometime), draw(st.sampled_from((None, None, 0, 1, 40)))
        kind = draw(st.sampled_from(("outreach", "routing", "incident", "prompt")))
        closed_at = None if days is None else noted + timedelta(days=days)
        status = draw(st.sampled_from((None, " Closed", "fait", "open")))
        log.append(entry(f"log:{number}", noted, kind=kind, closed_at=closed_at, status=status, member_id="chat:ana"))
    return given.with_rows(events=events, messages=[one for one in messages if one["text"]], log=log)


def loops(given, month):
    """id, kind, opened at, about whom, days until closed or None, whether closed: of every loop."""
    known, roles = Oracle(given, month), {}
    for facts in known.accounts.values():
        roles.setdefault(facts["person"], set()).add(facts["role"])
    team = {p for p, own in roles.items() if own & {"staff", "owner", "moderator"} and not own & {"bot", "excluded"}}
    texts = {row["event_id"]: row["text"] for row in given.rows["messages"]}
    since = known.instant(known.end - timedelta(days=90))
    said = [
        {**e, "threads": {e.get("thread_id") or e["event_id"], e.get("reply_to")} - {None}}
        for e in given.rows["events"]
        if e["kind"] in ("post", "reply")
        and e["member_id"] is not None
        and known.person(e) in team
        and since <= e["occurred_at"] < known.end_at
        and (e["deleted_at"] is None or e["deleted_at"] >= known.end_at)
    ]
    answers = [one for one in said if texts.get(one["event_id"]) not in PROMISES]
    rows = []
    for one in said:
        if one not in answers:
            thread = {one.get("thread_id") or one["event_id"], one["event_id"]}
            later = [
                a["occurred_at"] for a in answers if a["occurred_at"] > one["occurred_at"] and a["threads"] & thread
            ]
            rows.append((one["event_id"], "promise", one["occurred_at"], known.person(one), min(later, default=None)))
    for one in given.rows["log"]:
        if one["kind"] != "prompt" and one["noted_at"] < known.end_at:
            closed = one["closed_at"] if one["closed_at"] and one["closed_at"] < known.end_at else None
            by_status = one["closed_at"] is None and one["status"] in (" Closed", "fait")
            if one["noted_at"] >= since or not (closed or by_status):
                at = "no date" if by_status else closed
                rows.append((one["entry_id"], one["kind"], one["noted_at"], one["member_id"], at))
    columns = ["loop_id", "kind", "opened_at", "member_id", "closed_at"]
    return pd.DataFrame(rows, columns=columns, dtype=object).sort_values(["opened_at", "loop_id"]), known.end_at, since


@settings(FEW, max_examples=8)
@given(promising())
def test_open_loops_are_the_definition_in_plain_pandas(given):
    expected, end_at, since = loops(given, "2026-03")
    with given.open() as community:
        found = metrics.open_loops(community, month="2026-03")
        share = metrics.loops_closed(community, month="2026-03").iloc[0]
    still = expected[expected["closed_at"].isna()]
    columns = ["loop_id", "kind", "member_id"]
    assert found[columns].values.tolist() == still[columns].values.tolist()
    assert found["age_days"].tolist() == pytest.approx([(end_at - at) / timedelta(days=1) for at in still["opened_at"]])
    late = expected[expected["opened_at"] >= since]
    assert (share["numerator"], share["denominator"]) == (late["closed_at"].notna().sum(), len(late))
    waits = [
        ((end_at if closed is None else closed) - opened_at, closed is not None)
        for opened_at, closed in zip(late["opened_at"], late["closed_at"], strict=True)
        if closed != "no date"
    ]
    left, median = 1.0, float("nan")
    for wait in sorted({wait for wait, closed in waits if closed}):
        left *= 1 - sum(one == (wait, True) for one in waits) / sum(one[0] >= wait for one in waits)
        if left <= 0.5 + 1e-12:
            median = wait / timedelta(days=1)
            break
    assert share["median_days"] == pytest.approx(median, nan_ok=True)


# Owners' effort

ACTS = ("2026-03-02 10:00", "2026-03-02 10:30", "2026-03-02 11:01", "2026-03-04 09:00")


def effort(*events, **more):
    return metrics.owner_effort(opened(*events, **more), month="2026-03").set_index("week")


def test_actions_at_most_30_minutes_apart_are_one_session_and_a_lone_one_lasts_five():
    found = effort(*(said(f"{n}", "boss", at) for n, at in enumerate(ACTS)))
    # Weeks by their Thursday: March 2026 has those of 2, 9, 16, 23 March; 30 March belongs to April.
    assert [str(week)[:10] for week in found.index] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert found["minutes"].tolist() == [30 + 5 + 5, 0, 0, 0]
    assert found["sessions"].tolist() == [3, 0, 0, 0] and found["under_an_hour"].tolist() == [True] * 4


def test_two_of_the_team_at_the_same_time_are_two_efforts_and_members_none():
    both = [said(f"{who} {n}", who, at) for who in ("boss", "mod", "ana") for n, at in enumerate(ACTS[:2])]
    found = effort(*both, roles=(("boss", "staff"), ("mod", "moderator"))).iloc[0]
    assert (found["minutes"], found["people"]) == (60, 2) and not found["under_an_hour"]


def test_a_named_owner_counts_in_the_own_group_only():
    groups = [
        {"group_id": "forum:help", "platform": "forum", "name": "help", "owner_ids": ["forum:ana"]},
        {"group_id": "forum:pub", "platform": "forum", "name": "pub"},
    ]
    acts = [said(group, "ana", ACTS[0], group=group) for group in ("forum:help", "forum:pub")]
    found = metrics.owner_effort(opened(*acts, groups=groups, roles=()), month="2026-03")
    assert found.groupby("group_name")["minutes"].sum().to_dict() == {"help": 5, "pub": 0}


def test_a_reaction_whose_time_is_that_of_its_message_tells_no_presence():
    acts = [said(str(n), "boss", at, kind="reaction", time_approximate=n > 0) for n, at in enumerate(ACTS)]
    assert effort(*acts)["actions"].sum() == 1


def test_an_act_of_moderation_is_an_action_in_the_group_of_its_message():
    act = {"action_id": "1", "member_id": "forum:ana", "moderator_id": "forum:boss", "acted_at": ACTS[0],
           "action": "warn", "event_id": "1"}  # fmt: skip
    assert effort(said("1", "ana", "2026-02-02"), moderation=[act])["minutes"].tolist() == [5, 0, 0, 0]


def test_a_week_covered_in_part_is_not_flagged_and_without_managers_all_is_null():
    found = metrics.owner_effort(opened(said("1", "boss", "2026-04-06")), month="2026-04").set_index("week")
    assert found["partial"].tolist() == [False] * 4 + [True]
    assert pd.isna(found["under_an_hour"].iloc[-1])
    alone = effort(said("1", "ana", ACTS[0]), roles=())
    assert alone["minutes"].isna().all() and set(alone["why"]) == {"why.dialogue_no_managers"}


@FEW
@given(st.lists(st.tuples(st.sampled_from(("boss", "mod", "ana")), st.integers(0, 4 * 7 * 24 * 60)), max_size=30))
def test_the_minutes_are_the_definition_in_plain_python(acts):
    start = datetime(2026, 3, 2)
    events = [said(str(n), who, str(start + timedelta(minutes=at))) for n, (who, at) in enumerate(acts)]
    team = (("boss", "staff"), ("mod", "moderator"))
    expected = dict.fromkeys(range(4), 0)
    for who, _ in team:
        for week in range(4):
            times = sorted(at for one, at in acts if one == who and at // (7 * 24 * 60) == week)
            sessions = []
            for at in times:
                if not sessions or at - sessions[-1][-1] > 30:
                    sessions.append([])
                sessions[-1].append(at)
            expected[week] += sum(max(5, session[-1] - session[0]) for session in sessions)
    found = metrics.owner_effort(opened(*events, roles=team), month="2026-03")
    assert found["minutes"].tolist() == (list(expected.values()) if acts else [])


# Who may know

SPROUT = "My potatoes sprout in the cellar, what now?"


def knowing(*more, asker="ana", answers=("ben",), **options):
    """Ana waits with a question like one of February, which `answers` answered."""
    asked = [
        said("then", "eve", "2026-02-10", text="Why do potatoes sprout in a dark cellar?"),
        *(said(f"by {who}", who, f"2026-02-10 0{n + 1}:00", thread="then") for n, who in enumerate(answers)),
        said("off", "eve", "2026-02-11", text="The trains are late again, any news?"),
        said("off by cat", "cat", "2026-02-12", thread="off"),
        said("now", asker, "2026-03-10", text=SPROUT),
    ]
    return opened(*asked, *more, **options)


def may_know(community, event="now"):
    found = metrics.unanswered(community, month="2026-03").set_index("event_id")
    return list(found.loc[event, "may_know"])


def test_who_answered_a_similar_opener_may_know_and_the_words_say_why():
    found = metrics.unanswered(knowing(), month="2026-03").iloc[0]
    assert found["may_know"] == ["forum:ben"] and found["may_know_names"] == ["ben"]
    assert set(found["may_know_words"][0].split(", ")) == {"potatoes", "sprout", "cellar"}


def test_who_only_wrote_on_in_their_own_thread_answered_nobody():
    assert may_know(knowing(answers=("eve",))) == []


def test_at_most_three_are_named_the_order_does_not_hang_on_chance():
    assert may_know(knowing(answers=("dov", "cleo", "ben", "abe"))) == ["forum:abe", "forum:ben", "forum:cleo"]


@pytest.mark.parametrize(
    ("who", "options"),
    [
        ("ana", {}),  # the one who asks
        ("boss", {}),  # the team
        ("ben", {"chosen": {"people": {"excluded": ["forum:ben"]}}}),
        ("ben", {"moderation": [{"action_id": "1", "member_id": "forum:ben", "acted_at": "2026-03-20",
                                 "action": "ban"}]}),
        ("ben", {"memberships": [{"membership_id": "1", "member_id": "forum:ben", "end_at": "2026-03-20"}],
                 "imports": [{"import_id": "a", "platform": "forum", "source": "discourse", "tells_leaves": True}]}),
    ],
)  # fmt: skip
def test_never_named(who, options):
    assert may_know(knowing(answers=(who,), **options)) == []


def test_who_was_silent_for_90_days_is_not_named():
    old = [
        said("long ago", "eve", "2025-12-20", text="Why do potatoes sprout in a dark cellar?"),
        said("by fay", "fay", "2025-12-21", thread="long ago"),
        said("now", "ana", "2026-03-10", text=SPROUT),
    ]
    assert may_know(opened(*old)) == []
    assert may_know(opened(*old, said("back", "fay", "2026-03-01"))) == ["forum:fay"]


def test_one_word_in_common_or_a_link_is_no_likeness():
    one = said("then", "eve", "2026-02-10", text="Potatoes are cheap at https://example.org/sprout-cellar")
    by = said("by", "ben", "2026-02-11", thread="then")
    assert may_know(opened(one, by, said("now", "ana", "2026-03-10", text=SPROUT))) == []


def test_the_last_days_alone_are_read_only_where_they_fill_the_list_of_pairs(monkeypatch):
    assert f"LIMIT {responses.SIMILAR_PAIRS}" in question_sql("may_know")
    asked, ask = [], Community.ask
    monkeypatch.setattr(Community, "ask", lambda *given, **values: asked.append(given[1]) or ask(*given, **values))
    assert may_know(knowing()) == ["forum:ben"] and asked.count("may_know") == 2
    monkeypatch.setattr(responses, "SIMILAR_PAIRS", 0)
    asked.clear()
    assert may_know(knowing()) == [] and asked.count("may_know") == 1


def test_the_work_list_names_who_may_know_and_the_page_only_their_pseudonyms():
    frame = metrics.unanswered(knowing(), month="2026-03")
    listed = actions.answer(frame, settings=CLUB, language="en")["may_know"].iloc[0]
    assert listed.startswith("ben (") and "potatoes" in listed
    page = actions.may_know(frame, settings=CLUB, language="en")
    assert page["may_know"].iloc[0].startswith("M-") and page["member"].iloc[0].startswith("M-")
    shown = str(page.to_dict()) + str(actions.on_page(frame, settings=CLUB).to_dict())
    assert "ben" not in shown and "forum:" not in shown.replace("forum:help", "") and "sprout" not in shown


def test_a_wait_is_said_in_hours_up_to_two_days_and_then_in_days_the_longest_first_as_given():
    frame = metrics.unanswered(knowing(), month="2026-03").head(1)
    waits = pd.concat([frame.assign(waiting_hours=hours) for hours in (720.0, 48.0, 47.9, 1.0)], ignore_index=True)
    for language, said_so in (
        ("en", ["30 days", "2 days", "47 hours", "1 hour"]),
        ("fr", ["30 jours", "2 jours", "47 heures", "1 heure"]),
    ):
        assert actions.may_know(waits, settings=CLUB, language=language)["waiting"].tolist() == said_so


# Quiet spells


def silence(**more):
    talk = [said(str(day), "ana", f"2026-03-{day:02d} 12:00") for day in (1, 10, 11)]
    by = [said(f"reply {n}", who, "2026-03-12", thread="11") for n, who in enumerate(("ben", "cat"))]
    groups = [{"group_id": "forum:help", "platform": "forum", "name": "help", "created_at": "2025-10-01"}]
    frame = metrics.quiet_spells(opened(*talk, *by, groups=groups, **more), month="2026-03")
    return frame[frame["days"] == 8].iloc[0]


def test_a_prompt_of_the_log_wakes_a_group_and_who_then_wrote_is_counted():
    prompt = entry("p", "2026-03-09 18:00", kind="prompt", group_id="forum:help")
    assert not silence()["ended_by_prompt"]
    found = silence(log=[prompt])
    assert found["ended_by_prompt"] and found["prompt_replies"] == 3  # ana, and the two who replied to her


@pytest.mark.parametrize(
    "change",
    [
        {"noted_at": "2026-03-07 11:59"},  # more than 72 hours before
        {"noted_at": "2026-03-10 12:01"},  # after the first word
        {"group_id": "forum:pub"},
        {"kind": "poll"},
    ],
)
def test_no_prompt_of_this_silence(change):
    prompt = entry("p", "2026-03-09 18:00", kind="prompt", group_id="forum:help") | change
    assert not silence(log=[prompt])["ended_by_prompt"]


# Scores on other numbers of weeks


def test_scores_on_fewer_covered_weeks_are_said_not_to_compare():
    days = [date(2026, 1, 5) + timedelta(days=7 * n) for n in range(25)]
    steady = [said(str(day), "ana", f"{day} 12:00") for day in days]
    coverage = [{"platform": "forum", "from_at": "2026-01-01", "to_at": "2026-06-30"}]
    community = opened(*steady, coverage=coverage)
    early = metrics.hem_changes(community, month="2026-03").iloc[0]
    assert (early["covered_weeks_before"], early["covered_weeks"]) == (9, 12)
    assert early["why"] == "why.engagement_other_weeks" and early["why"] in catalogue()
    stability = metrics.hem_stability(community, month="2026-03")
    assert stability["hem_stability"].iloc[0] == 1 and stability["doubt"].iloc[0] == early["why"]
    assert "different numbers of covered weeks" in sentences.hem_stability(stability, language="en")
    later = metrics.hem_changes(community, month="2026-05").iloc[0]
    assert later["covered_weeks_before"] == later["covered_weeks"] == 12 and pd.isna(later["why"])


# Laws and pages

NAMES = ("reply_rate", "reaction_rate", "open_loops", "loops_closed", "owner_effort", "unanswered")


def test_the_order_of_rows_does_not_matter():
    events = [
        said("ask", "ana", "2026-03-10 09:00", text=SPROUT),
        said("p", "boss", "2026-03-10", text="I'll get back to you"),
        said("q", "eve", "2026-03-11", text="Potatoes sprout in my cellar?"),
        said("b", "ben", "2026-03-12", thread="q"), said("c", "cat", "2026-03-12", thread="q"),
        reacted("r", "ana", "q"),
    ]  # fmt: skip
    for name in NAMES:
        frames = [getattr(metrics, name)(opened(*some), month="2026-03") for some in (events, events[::-1])]
        pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_texts_and_figures_work_with_and_without_anything_to_say(language):
    full = promised("I'll get back to you", log=[entry("x", "2026-03-02")])
    for community in (full, opened(roles=()), opened(said("1", "ana", "2026-03-02"), roles=())):
        frames = {name: getattr(metrics, name)(community, month="2026-03") for name in NAMES}
        for name, frame in frames.items():
            title = getattr(sentences, name)(frame, language=language)
            assert title
            if hasattr(figures, name):
                assert getattr(figures, name)(frame, title=title, language=language).data
            for why in frame.get("why", pd.Series(dtype=object)).dropna():
                assert why in catalogue()
        rows = sentences.open_loop_rows(frames["open_loops"], language=language)
        assert len(rows) == len(frames["open_loops"]) and "text" not in rows
