"""The IRC importer: dialects of logs, days from names or lines, order within a minute, presence is no membership."""

from datetime import datetime

import pytest
from fake_exports import column, content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared

from workbench import store
from workbench.errors import SourceError
from workbench.sources import registry
from workbench.sources.irc import SOURCE

DIALECTS = ("#tea.log", "irc.example.#tea.weechatlog", "znc")


def told(path, timezone="Europe/Paris"):
    assert registry.recognise(path).name == "irc"
    return read(SOURCE, path, timezone=timezone)


def said(rows):
    texts = {row["event_id"]: row["text"] for row in rows["messages"]}
    return [(row["occurred_at"], row["member_id"], texts.get(row["event_id"], "")) for row in rows["events"]]


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_tells_the_same_conversation(name):
    rows, reading = told(FIXTURES / "irc" / name)
    assert said(rows) == [
        (datetime(2026, 10, 5, 6, 57), "irc:ana", "Where is the kettle?"),
        (datetime(2026, 10, 5, 6, 57, 0, 1), "irc:bob", "ana: under the sink"),
        (datetime(2026, 10, 5, 6, 58), "irc:zoe", "looks for cups"),
        (datetime(2026, 10, 6, 8, 0), "irc:ana", "Thank you"),
    ]
    assert dict(reading.read) == {"message": 3, "action": 1, "join": 1, "leave": 1, "new nick": 1}
    assert [row["name"] for row in rows["groups"]] == ["#tea"] and rows["problems"] == []


def test_messages_have_the_same_ids_in_every_dialect():
    ids = [[row["event_id"] for row in told(FIXTURES / "irc" / name)[0]["events"]] for name in DIALECTS]
    assert ids[0] == ids[1] == ids[2] and len(set(ids[0])) == 4


def test_coming_and_going_is_no_membership():
    rows, reading = told(FIXTURES / "irc" / "znc")
    assert not reading.tells_joins and not reading.tells_leaves and "memberships" not in rows
    assert reading.dropped["join: a connection, not membership"] == 1


def test_without_a_time_zone_the_message_says_what_to_type():
    with pytest.raises(SourceError, match=r"tea\.log.*--timezone Europe/Paris"):
        read(SOURCE, FIXTURES / "irc" / "#tea.log")


def test_a_log_that_never_tells_its_day_is_a_problem_that_says_how_to_name_the_file(tmp_path):
    (tmp_path / "tea.log").write_text("[10:00] <ana> hello\n[10:01] <bob> hi\n")
    rows, _ = told(tmp_path / "tea.log")
    assert rows["events"] == [] and "channel_2026-10-05.log" in rows["problems"][0]["why"]


def test_after_midnight_a_new_day_begins(tmp_path):
    (tmp_path / "tea_2026-10-05.log").write_text("[23:59] <ana> good night\n[00:01] <bob> good morning\n")
    assert [at.day for at, _, _ in said(told(tmp_path / "tea_2026-10-05.log", "UTC")[0])] == [5, 6]


def test_equal_lines_of_one_minute_are_two_messages(tmp_path):
    (tmp_path / "tea_2026-10-05.log").write_text("[10:00] <ana> ping\n[10:00] <Ana> ping\n")
    rows, _ = told(tmp_path / "tea_2026-10-05.log")
    assert len({row["event_id"] for row in rows["events"]}) == 2 and len(rows["members"]) == 1


def test_a_log_that_begins_inside_a_minute_takes_nothing_from_the_order_of_a_whole_one(tmp_path):
    whole = [f"[10:00] <{nick}> {number}" for number, nick in enumerate(("zoe", "ana", "bob", "ana"))]
    for part, lines in (("whole", ["[09:59] <ana> before", *whole]), ("late", [*whole[2:], "[10:01] <bob> after"])):
        (tmp_path / part).mkdir()
        (tmp_path / part / "tea_2026-10-05.log").write_text("\n".join(lines))
    for folder, parts in (("a", ("whole", "late")), ("b", ("late", "whole"))):
        for part in parts:
            store.add(tmp_path / folder, SOURCE, tmp_path / part / "tea_2026-10-05.log", timezone="UTC")
    assert content(tmp_path / "a") == content(tmp_path / "b")
    instants = sorted(column(tmp_path / "a", "events", "occurred_at"))
    assert [(at.minute, at.microsecond) for at in instants] == [(59, 0), (0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]


def test_colours_are_taken_away_and_what_is_no_line_of_a_log_is_a_problem(tmp_path):
    lines = [f"[10:{minute:02}] <ana> \x0304,05red\x03 and \x02bold\x0f" for minute in range(20)]
    (tmp_path / "tea_2026-10-05.log").write_text("\n".join([*lines, "???"]))
    rows, _ = told(tmp_path / "tea_2026-10-05.log")
    assert {row["text"] for row in rows["messages"]} == {"red and bold"}
    assert [row["place"] for row in rows["problems"]] == ["line 21"]


@pytest.mark.parametrize(
    "text",
    ["", "hello\n", "14/02/2026, 08:57 - Ana: hi\n", "[14/02/2026, 09:15:03] Ana: hi\n", "id,name\n1,Ana\n",
     "2026-10-05 10:00:00 INFO started\n", "From ana Mon Oct 05\nSubject: hi\n"],
)  # fmt: skip
def test_other_texts_are_not_taken_for_logs(tmp_path, text):
    (tmp_path / "other_2026-10-05.log").write_text(text)
    assert not SOURCE.recognises(tmp_path / "other_2026-10-05.log")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=60), max_size=8))
def test_whatever_stands_in_a_log_ends_in_rows_and_problems(tmp_path, lines):
    path = tmp_path / "tea_2026-10-05.log"
    path.write_text("\n".join(["[10:00] <ana> hello", *lines]), encoding="utf-8", errors="replace", newline="")
    rows, reading = read(SOURCE, path, timezone="UTC")
    if SOURCE.recognises(path):
        assert len(rows["events"]) == reading.read["message"] + reading.read["action"] >= 1


def test_the_real_logs_hold_what_was_counted():
    rows, reading = told(shared("irc-qtox.zip"), "Europe/London")
    assert (reading.read["message"], reading.read["join"], reading.read["leave"]) == (35_584, 13_097, 13_034)
    events = rows["events"]
    assert len(events) == 35_584 + reading.read["action"] == len({row["event_id"] for row in events})
    assert (min(e["occurred_at"] for e in events).year, max(e["occurred_at"] for e in events).year) == (2016, 2017)
    assert [row["name"] for row in rows["groups"]] == ["#qtox"]
