"""Who asks, how soon another human answers, and who: hand tables, the definitions in plain Python, laws."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.metrics.intervals import median_wait
from workbench.words import catalogue

RATES = ("answered_24h", "unanswered_7d", "peer_answer_share", "staff_share_of_voice")


def opened(*events, platform="discourse", texts=(), roles=(), **tables):
    """A community from events (id, member, time, id of the thread's opener) and roles (member, role)."""
    rows = {
        "coverage": [{"platform": platform, "from_at": "2026-03-01", "to_at": "2026-04-30"}],
        "members": [
            {"member_id": member, "platform": platform, "role": dict(roles).get(member)}
            for member in sorted({event[1] for event in events} - {None})
        ],
        "events": [
            {"event_id": event, "member_id": member, "occurred_at": at, "thread_id": thread or event,
             "kind": "reply" if thread else "post", "platform": platform}
            for event, member, at, thread in events
        ],
        "messages": [{"event_id": event, "text": text, "occurred_at": "2026-03-10"} for event, text in texts],
        **tables,
    }  # fmt: skip
    return community_of_rows(rows)


def row(community, name, **options):
    return getattr(metrics, name)(community, month="2026-03", **options).iloc[0]


def counts(community, name, **options):
    found = row(community, name, **options)
    return found["numerator"], found["denominator"]


ASKED = (
    ("1", "a", "2026-03-02 10:00", None),
    ("2", "b", "2026-03-09 10:00", "1"),  # just within 7 days
    ("3", "a", "2026-03-03 10:00", None),
    ("4", "a", "2026-03-03 11:00", "3"),  # her own second message is no answer
    ("5", "c", "2026-03-04 10:00", None),
    ("6", "b", "2026-03-04 10:30", "5"),
    ("7", "a", "2026-03-04 12:00", "5"),
    ("8", "b", "2026-03-31 12:00", None),  # too young for a day
)


def test_answers_of_a_month_counted_by_hand():
    community = opened(*ASKED)
    within = metrics.answered_within(community, month="2026-03")
    assert within[["within_hours", "numerator", "denominator"]].values.tolist() == [
        [0.5, 1, 4], [4, 1, 4], [24, 1, 3], [168, 2, 3],
    ]  # fmt: skip
    assert counts(community, "answered_24h") == (1, 3)
    assert counts(community, "unanswered_7d") == (1, 3)


def test_the_median_wait_counts_who_is_still_waiting():
    found = row(opened(*ASKED), "first_response_hours")
    # Waits: 0.5 answered, 12 (open), 168 answered, 28 days (open). Dropping the open ones would say half an hour to 84.
    # 4 at risk → 3/4; 12 leaves; 2 at risk at 168 → 3/8.
    assert found["first_response_hours"] == 168
    assert (found["openers"], found["answered"], found["answered_median_hours"]) == (4, 2, 84.25)


def test_the_median_is_that_of_a_published_example():
    # Freireich et al. 1963, 6-mercaptopurine arm, as in Kaplan–Meier lectures: remission in weeks, median 23.
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    ended = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    frame = pd.DataFrame({"hours": times, "answered": ended})
    table = frame.groupby("hours", as_index=False)["answered"].sum()
    table["waiting"] = [sum(time >= hour for time in times) for hour in table["hours"]]
    assert median_wait(*(table[name].to_numpy() for name in ("hours", "answered", "waiting"))) == 23


def test_fewer_than_half_answered_has_no_median_and_says_so():
    community = opened(
        ("1", "a", "2026-03-02", None), ("2", "a", "2026-03-02", None), ("3", "b", "2026-03-02 01:00", "1"),
        ("4", "b", "2026-03-03", None),
    )  # fmt: skip
    found = row(community, "first_response_hours")
    assert pd.isna(found["first_response_hours"]) and found["why"] == "why.responses_half_unanswered"


def test_an_answer_of_the_next_month_is_not_known_yet():
    community = opened(("1", "a", "2026-03-30", None), ("2", "b", "2026-04-01", "1"))
    assert row(community, "first_response_hours")["answered"] == 0


def test_a_bot_and_a_deleted_account_do_not_answer_but_staff_does():
    community = opened(
        ("1", "a", "2026-03-02", None), ("2", "robot", "2026-03-02 00:01", "1"), ("3", None, "2026-03-02 00:02", "1"),
        ("4", "boss", "2026-03-02 05:00", "1"), ("5", "b", "2026-03-02 06:00", "1"),
        roles=(("robot", "bot"), ("boss", "staff")),
    )  # fmt: skip
    assert row(community, "first_response_hours")["first_response_hours"] == 5
    assert counts(community, "peer_answer_share") == (0, 1)
    # Messages of humans: a, boss, b; the deleted account's is in no number.
    assert counts(community, "staff_share_of_voice") == (1, 3)


def test_a_moderator_is_a_peer_and_a_second_account_is_nobody_else():
    members = [
        {"member_id": "mod", "platform": "discourse", "role": "moderator"},
        {"member_id": "a", "platform": "discourse", "person_id": "ann"},
        {"member_id": "a2", "platform": "discourse", "person_id": "ann"},
    ]
    community = opened(
        ("1", "a", "2026-03-02", None), ("2", "a2", "2026-03-02 01:00", "1"), ("3", "mod", "2026-03-02 02:00", "1"),
        members=members,
    )  # fmt: skip
    assert row(community, "first_response_hours")["first_response_hours"] == 2
    assert counts(community, "peer_answer_share") == (1, 1)


def test_openers_of_staff_do_not_count():
    community = opened(("1", "boss", "2026-03-02", None), ("2", "a", "2026-03-03", "1"), roles=(("boss", "owner"),))
    assert row(community, "answered_24h")["why"] == "why.responses_no_openers"


def test_deleted_messages_neither_ask_nor_answer():
    community = opened(
        events=[
            {"event_id": "1", "member_id": "a", "kind": "post", "occurred_at": "2026-03-02", "platform": "discourse"},
            {"event_id": "2", "member_id": "b", "kind": "reply", "occurred_at": "2026-03-03", "platform": "discourse",
             "thread_id": "1", "deleted_at": "2026-03-04"},
            {"event_id": "3", "member_id": "b", "kind": "post", "occurred_at": "2026-03-03", "platform": "discourse",
             "deleted_at": "2026-03-31"},
        ]
    )  # fmt: skip
    assert counts(community, "unanswered_7d") == (1, 1)


CHAT = (("1", "a", "2026-03-02 10:00", None), ("2", "a", "2026-03-02 11:00", None), ("3", "b", "2026-03-02 12:00", "1"))


def test_in_chat_only_questions_open():
    texts = (("1", "Where is the file?"), ("2", "Good morning all"), ("3", "In the folder"))
    assert counts(opened(*CHAT, platform="slack", texts=texts), "answered_24h") == (1, 1)


def test_in_a_forum_every_topic_opens_and_questions_only_asks_less():
    texts = (("1", "Where is the file?"), ("2", "My trip to Rome"))
    community = opened(*CHAT, texts=texts)
    assert counts(community, "answered_24h") == (1, 2)
    assert counts(community, "answered_24h", questions_only=True) == (1, 1)


def test_a_forum_is_known_by_its_importer_whatever_its_platform_is_called():
    imports = [{"import_id": "x", "source": "stackexchange", "platform": "our-answers"}]
    assert counts(opened(*CHAT, platform="our-answers", imports=imports), "answered_24h") == (1, 2)


def test_a_chat_whose_export_links_no_answers_is_null_and_not_unanswered():
    events = [("1", "a", "2026-03-02", None), ("2", "b", "2026-03-02 01:00", None)]
    community = opened(*events, platform="slack", texts=(("1", "Who has the key?"),))
    for name in ("answered_24h", "unanswered_7d", "peer_answer_share", "first_response_hours"):
        found = row(community, name)
        assert pd.isna(found[name]) and found["why"] == "why.responses_no_links"
    assert metrics.unanswered(community, month="2026-03").empty


@pytest.mark.parametrize(
    "text",
    [
        "Where is the file?", "How do I install it", "hello all, does anyone know a good book", "Any ideas on this",
        "I was wondering if we could meet", "Is the server down", "C'est où ?", "Comment faire pour s'inscrire",
        "Bonjour, est-ce que le cours a lieu", "Quelqu'un sait où est le lien", "Pouvez-vous m'aider",
        "Bonjour ! Pourquoi est ce lent", "Salut\nQuelle est la date limite", "Really?!", "See https://a.b/c?d=e ?",
        "Je me demande si ça marche", "y a-t-il une salle", "where's the deadline, what is due", "什么时候？",
    ],
)  # fmt: skip
def test_reads_like_a_question(text):
    assert counts(opened(*CHAT, platform="slack", texts=(("1", text),)), "answered_24h")[1] == 1


@pytest.mark.parametrize(
    "text",
    [
        "C’est ce que je disais hier.",
        "Good morning", "https://example.org/page?id=3", "<https://example.org/?q=what is it>",
        "I know where it stands",
        "Merci beaucoup", "Inscrivez-vous ici", "The one who came", "Whatever", "Howdy", "Do the exercises",
        "Voilà qui est fait",
        "Comment", "", "I can do this", "Présentez-vous dans ce fil", "Rendez-vous demain", "Isabel is here",
    ],
)  # fmt: skip
def test_does_not_read_like_a_question(text):
    found = row(opened(*CHAT, platform="slack", texts=(("1", text),)), "answered_24h")
    assert found["denominator"] == 0, text


def test_the_unanswered_come_oldest_first_with_the_last_mark_they_passed():
    community = opened(
        ("1", "a", "2026-03-30 12:00", None), ("2", "a", "2026-03-02", None), ("3", "b", "2026-03-28", None),
        ("4", "b", "2026-03-31 12:00", None),
    )  # fmt: skip
    found = metrics.unanswered(community, month="2026-03")
    assert found[["event_id", "waiting_over_hours", "waiting_hours"]].values.tolist() == [
        ["2", 168, 720.0], ["3", 72, 96.0], ["1", 24, 36.0],
    ]  # fmt: skip


def test_the_unanswered_come_with_the_beginning_of_their_text_or_none():
    # Without its text an opener is still on the list: the tempting mistake is to join and lose it.
    texts = (("1", "Where " + "x" * 300), ("3", "Of another topic"))
    community = opened(("1", "a", "2026-03-02", None), ("2", "a", "2026-03-03", None), texts=texts)
    found = metrics.unanswered(community, month="2026-03")
    assert found["event_id"].tolist() == ["1", "2"]
    assert found["text"].iloc[0] == "Where " + "x" * 154 and pd.isna(found["text"].iloc[1])


def test_the_unanswered_say_when_they_were_opened_by_the_community_s_clock():
    members = [{"member_id": "chat:a", "platform": "discourse"}]
    events = [
        {"event_id": at, "member_id": "chat:a", "occurred_at": at, "kind": "post", "platform": "discourse"}
        for at in ("2026-03-01 23:30", "2026-03-29 23:30")  # before and after summer time begins
    ]
    coverage = [{"platform": "discourse", "from_at": "2026-03-01", "to_at": "2026-04-30"}]
    rows = {"members": members, "events": events, "coverage": coverage}
    found = metrics.unanswered(community_of_rows(rows, timezone="Europe/Paris"), month="2026-03")
    assert found["opened_at"].astype(str).tolist() == ["2026-03-01 23:30:00", "2026-03-29 23:30:00"]
    assert found["opened_at_local"].astype(str).tolist() == ["2026-03-02 00:30:00", "2026-03-30 01:30:00"]


def expected(oracle: Oracle, end_at: datetime) -> list[tuple]:
    """(age in hours, hours to the first answer or None, a peer answered) of every topic of the month."""
    alive = [
        e
        for e in oracle.rows["events"]
        if e["member_id"] is not None
        and oracle.day(e["occurred_at"]) < oracle.end
        and not (e["deleted_at"] is not None and oracle.day(e["deleted_at"]) < oracle.end)
    ]
    roles = {}
    for account in oracle.accounts.values():
        roles.setdefault(account["person"], set()).add(account["role"])
    made = []
    for event in alive:
        if event["kind"] != "post" or not oracle.in_month(oracle.day(event["occurred_at"])):
            continue
        asker = oracle.person(event)
        if asker not in oracle.eligible:
            continue
        answers = sorted(
            (answer["occurred_at"], oracle.person(answer))
            for answer in alive
            if answer["kind"] in ("post", "reply")
            and answer["thread_id"] == event["event_id"]
            and answer["occurred_at"] >= event["occurred_at"]
            and oracle.person(answer) != asker
            and not roles[oracle.person(answer)] & {"bot", "excluded"}
        )
        age = (end_at - event["occurred_at"]) / timedelta(hours=1)
        if answers:
            at, by = answers[0]
            peer = not roles[by] & {"staff", "owner"}
            made.append((age, (at - event["occurred_at"]) / timedelta(hours=1), peer))
        else:
            made.append((age, None, None))
    return made


@settings(max_examples=15, deadline=None)
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS[1:]))
def test_every_response_number_is_what_the_definition_reads(given, month):
    groups = [{**group, "kind": "forum"} for group in given.rows["groups"]]
    events = [{**event, "thread_id": event.get("thread_id")} for event in given.rows["events"]]
    given = given.with_rows(groups=groups, events=events)
    oracle = Oracle(given, month)
    topics = expected(oracle, oracle.end_at)
    community = given.open()
    for window in metrics.answered_within(community, month=month).itertuples():
        old = [wait for age, wait, _ in topics if age >= window.within_hours]
        answered = [wait for wait in old if wait is not None and wait <= window.within_hours]
        assert (window.numerator, window.denominator) == (len(answered), len(old))
    old = [wait for age, wait, _ in topics if age >= 168]
    late = metrics.unanswered_7d(community, month=month).iloc[0]
    assert (late["numerator"], late["denominator"]) == (sum(w is None or w > 168 for w in old), len(old))
    peers = [peer for _, wait, peer in topics if wait is not None]
    share = metrics.peer_answer_share(community, month=month).iloc[0]
    assert (share["numerator"], share["denominator"]) == (sum(peers), len(peers))
    hours = defaultdict(list)
    for age, wait, _ in topics:
        if age >= 24:
            opened_at = (oracle.end_at - timedelta(hours=age)).replace(tzinfo=UTC).astimezone(oracle.zone)
            hours[opened_at.hour].append(wait is not None and wait <= 24)
    found = metrics.reply_by_hour(community, month=month)
    assert found[["hour", "numerator", "denominator"]].values.tolist() == [
        [hour, sum(those), len(those)] for hour, those in sorted(hours.items())
    ]
    wait = metrics.first_response_hours(community, month=month).iloc[0]
    assert (wait["openers"], wait["answered"]) == (len(topics), len(peers))
    assert wait["first_response_hours"] == pytest.approx(kaplan_meier(topics), nan_ok=True)
    assert len(metrics.unanswered(community, month=month)) == sum(w is None and age >= 24 for age, w, _ in topics)


@settings(max_examples=6, deadline=None)
@given(made.teams())
def test_the_team_s_share_of_voice_is_what_the_definition_reads(given):
    share = metrics.staff_share_of_voice(given.open(), month="2026-03").iloc[0]
    team, human = voices(Oracle(given, "2026-03"))
    assert (share["numerator"], share["denominator"]) == (team, human)
    assert share["staff_share_of_voice"] == pytest.approx(team / human) if human else share["why"] in catalogue()


def voices(oracle: Oracle) -> tuple[int, int]:
    """Messages of the month by the team, and by humans."""
    roles = {}
    for account in oracle.accounts.values():
        roles.setdefault(account["person"], set()).add(account["role"])
    by = [
        roles[oracle.person(e)]
        for e in oracle.rows["events"]
        if e["member_id"] is not None
        and e["kind"] in ("post", "reply")
        and oracle.in_month(oracle.day(e["occurred_at"]))
        and not (e["deleted_at"] is not None and oracle.day(e["deleted_at"]) < oracle.end)
    ]
    human = [of for of in by if not of & {"bot", "excluded"}]
    return sum(bool(of & {"staff", "owner"}) for of in human), len(human)


def kaplan_meier(topics: list[tuple]) -> float:
    """The median, one opener at a time."""
    still = 1.0
    for hours in sorted({wait for _, wait, _ in topics if wait is not None}):
        waiting = sum((age if wait is None else wait) >= hours for age, wait, _ in topics)
        still *= 1 - sum(wait == hours for _, wait, _ in topics) / waiting
        if still <= 0.5 + 1e-12:
            return hours
    return float("nan")


@settings(max_examples=5, deadline=None)
@given(made.communities(max_events=40))
def test_the_order_of_rows_does_not_matter(given):
    turned = given.with_rows(**{name: rows[::-1] for name, rows in given.rows.items()}).open()
    community = given.open()
    for name in (*RATES, "answered_within", "first_response_hours", "unanswered"):
        question = getattr(metrics, name)
        pd.testing.assert_frame_equal(question(community, month="2026-03"), question(turned, month="2026-03"))


def test_an_empty_month_is_null_with_a_reason_that_has_a_text():
    for name in (*RATES, "first_response_hours"):
        found = row(opened(), name)
        assert pd.isna(found[name]) and found["why"] in catalogue()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_texts_and_figures_work_with_answers_and_without(language):
    for community in (opened(*ASKED), opened()):
        for name in (*RATES, "first_response_hours", "answered_within", "unanswered"):
            assert getattr(sentences, name)(getattr(metrics, name)(community, month="2026-03"), language=language)
        frame = metrics.answered_within(community, month="2026-03")
        title = sentences.answered_within(frame, language=language)
        assert len(figures.answered_within(frame, title=title, language=language).data[0].x) == 4


def test_a_group_without_a_name_is_called_by_its_id_in_lists_as_in_tables():
    asked = {"event_id": "1", "member_id": "discourse:a", "kind": "post", "platform": "discourse", "thread_id": "1"}
    asked |= {"group_id": "discourse:category:7", "occurred_at": "2026-01-05 10:00"}
    rows = {"coverage": [{"platform": "discourse", "from_at": "2026-01-01", "to_at": "2026-01-31"}], "events": [asked]}
    rows["groups"] = [{"group_id": "discourse:category:7", "platform": "discourse"}]
    community = community_of_rows(rows)
    for metric in (metrics.unanswered, metrics.group_health):
        assert metric(community, month="2026-01")["group_name"].tolist() == ["discourse:category:7"]
