"""The Mattermost importer, on a small made-up bulk export told as lines, and on a public one."""

import json
import shutil
from collections import Counter
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared, zipped

from workbench.errors import SourceError
from workbench.sources import mattermost, registry
from workbench.sources.mattermost import SOURCE

EXPORT = FIXTURES / "mattermost" / "import.jsonl"
GENERAL = "mattermost:tea/general"


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def by_id(rows, table="events", key="event_id"):
    return {row[key].removeprefix("mattermost:"): row for row in rows[table]}


def post(**more):
    told = {"team": "tea", "channel": "general", "user": "ava", "message": "tea", "create_at": 1790845200123}
    return {"type": "post", "post": told | more}


def write(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_file_folder_and_zip_give_the_same_rows(tmp_path, export):
    made = zipped(EXPORT.parent, tmp_path / "export.zip", top="export/")
    for path in (EXPORT, EXPORT.parent, made):
        assert registry.recognise(path) is SOURCE
        rows, reading = read(SOURCE, path)
        for table in set(export[0]) - {"problems"}:
            assert rows[table] == export[0][table]
        assert (reading.read, reading.dropped) == (export[1].read, export[1].dropped)


def test_other_lines_of_json_are_not_recognised(tmp_path):
    assert not SOURCE.recognises(write(tmp_path / "a.jsonl", {"type": "message", "message": {}}))
    assert not SOURCE.recognises(write(tmp_path / "b.jsonl", {"type": "post", "post": "tea"}))
    assert not SOURCE.recognises(FIXTURES / "slack")
    assert SOURCE.recognises(write(tmp_path / "c.jsonl", post()))


def test_replies_stand_in_the_thread_of_the_post_that_they_answer(export):
    events = by_id(export[0])
    opener, reply = events["tea/general:ava:1790845200123"], events["tea/general:beno.q:1790848800000"]
    assert (opener["kind"], opener["thread_id"], opener["reply_to"]) == ("post", opener["event_id"], None)
    assert (reply["kind"], reply["thread_id"], reply["reply_to"]) == ("reply", opener["event_id"], opener["event_id"])
    assert reply["target_member_id"] == "mattermost:ava"
    assert reply["observed_at"] == datetime(2026, 10, 1, 10, 1, 40)
    assert opener["occurred_at"] == datetime(2026, 10, 1, 9, 0, 0, 123000)
    assert opener["mentions"] == ["mattermost:beno.q"]  # the full stop is not part of the name; nobody is nobody


def test_reactions_have_their_own_time_and_giver(export):
    given = by_id(export[0])["tea/general:ava:1790845200123:teapot:cleo"]
    assert (given["kind"], given["occurred_at"]) == ("reaction", datetime(2026, 10, 1, 9, 1, 40))
    assert (given["time_approximate"], given["member_id"], given["target_member_id"]) == (
        False,
        "mattermost:cleo",
        "mattermost:ava",
    )


def test_of_two_states_of_a_message_the_one_edited_last_wins_whatever_the_order(tmp_path, export):
    assert by_id(export[0], "messages")["tea/general:ava:1790845200123"]["text"].startswith("Green or black, ")
    assert export[1].repeated == {"message": 1}
    edited = post(message="green tea", edit_at=1790845300000)
    for order in ([post(), edited], [edited, post()]):
        rows, _ = read(SOURCE, write(tmp_path / "a.jsonl", *order))
        assert by_id(rows, "messages")["tea/general:ava:1790845200123"]["text"] == "green tea"


def test_roles_come_from_the_accounts_and_webhooks_are_bots(export):
    members = by_id(export[0], "members", "member_id")
    assert {one: row["role"] for one, row in members.items()} == {
        "ava": "staff", "beno.q": "member", "cleo": "member", "kettlebot": "bot", "webhook:Boiler": "bot", "zoe": None,
    }  # fmt: skip
    assert members["cleo"]["attributes"] == {"guest": "yes"}
    assert members["ava"]["language"] == "fr"
    assert by_id(export[0])["tea/general:ava:1790850000000"]["member_id"] == "mattermost:webhook:Boiler"
    assert "example.org" not in str(members)


def test_joins_and_leaves_of_channels_and_of_the_only_team_are_memberships(export):
    stays = {
        (row["member_id"].removeprefix("mattermost:"), row.get("group_id")): row for row in export[0]["memberships"]
    }
    assert stays["beno.q", None].get("start_at") == datetime(2026, 10, 1, 8)
    assert stays["cleo", None]["end_at"] == datetime(2026, 10, 4, 9)  # deactivated: the export dates it
    channel = [row for row in export[0]["memberships"] if row.get("group_id") == GENERAL]
    assert [(row["member_id"], row.get("start_at"), row.get("end_at"), row["end_reason"]) for row in channel] == [
        ("mattermost:cleo", datetime(2026, 10, 1, 8, 1, 40), None, None),  # added by somebody else
        ("mattermost:cleo", None, datetime(2026, 10, 2, 9, 11, 40), "left"),  # a line without a type
    ]
    assert (export[1].tells_joins, export[1].tells_leaves) == (True, True)


def test_a_sentence_that_reads_like_a_system_line_but_is_about_somebody_else_is_a_post(export):
    assert by_id(export[0])["tea/general:ava:1790932400000"]["kind"] == "post"


def test_with_several_teams_joins_of_a_team_are_not_joins_of_the_community(tmp_path):
    teams = [{"type": "team", "team": {"name": name}} for name in ("tea", "coffee")]
    rows, reading = read(SOURCE, write(tmp_path / "a.jsonl", *teams, post(type="system_join_team")))
    assert not rows["memberships"] and not reading.tells_joins
    assert reading.dropped == {"join or leave of one of several teams": 1}


def test_private_messages_are_counted_and_never_read_into_the_store(export):
    assert export[1].dropped["direct message"] == 2
    assert "rivate word" not in str(export[0])


def test_every_channel_is_a_group_with_its_kind(export):
    groups = by_id(export[0], "groups", "group_id")
    assert {one: (row["name"], row["kind"]) for one, row in groups.items()} == {
        "tea/general": ("General", "channel"),
        "tea/kettles": ("Kettles", "private channel"),
    }
    assert groups["tea/kettles"]["archived_at"] == datetime(2026, 10, 3, 9, 1)


def test_every_record_is_kept_repeated_dropped_or_a_problem(export):
    rows, reading = export
    assert reading.read == {
        "message": 10, "reaction": 1, "user": 4, "channel": 2, "team": 1, "direct message": 2, "direct channel": 1,
        "line": 1,
    }  # fmt: skip
    assert reading.dropped == {
        "direct message": 2, "direct channel": 1, "line of type emoji": 1, "system line: custom_poll": 1,
    }  # fmt: skip
    assert [(row["file"], row["place"]) for row in rows["problems"]] == [
        ("import.jsonl", "line 12"), ("import.jsonl", "line 20"), ("import.jsonl", "line 21"),
    ]  # fmt: skip
    messages = sum(row["kind"] != "reaction" for row in rows["events"])
    assert messages + 3 + 1 + 1 == reading.read["message"]  # joins and leaves, a poll, one without a time


def test_coverage_runs_from_the_first_to_the_last_message(export):
    assert export[0]["coverage"] == [
        {
            "platform": "mattermost", "group_id": "",
            "from_at": datetime(2026, 10, 1, 8), "to_at": datetime(2026, 10, 2, 9, 13, 20),
        }
    ]  # fmt: skip


def test_a_line_that_is_too_long_is_a_problem_and_the_next_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(mattermost, "LONGEST_LINE", 1000)
    path = write(tmp_path / "a.jsonl", post(), post(message="tea " * 2000, create_at=1790845200124), post(user="beno"))
    rows, _ = read(SOURCE, path)
    assert [row["place"] for row in rows["problems"]] == ["line 2"]
    assert sorted(by_id(rows)) == ["tea/general:ava:1790845200123", "tea/general:beno:1790845200123"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
TIMES = st.integers(1790845200000, 1790845200003) | JSON
KEYS = ("type", "edit_at", "props", "reactions", "delete_at", "roles", "locale", "username", "name", "display_name")
MESSAGE = st.fixed_dictionaries(
    {"user": st.sampled_from(["ava", "beno"]) | JSON, "message": st.text(max_size=9) | JSON, "create_at": TIMES},
    optional=dict.fromkeys(KEYS, JSON | st.sampled_from(["system_join_team", "system_leave_channel", {"a": 1}])),
)
TOLD = st.builds(
    lambda message, place, replies: message | place | {"replies": replies},
    MESSAGE,
    st.fixed_dictionaries({"team": st.just("tea") | JSON, "channel": st.just("general") | JSON}),
    st.lists(MESSAGE | JSON, max_size=3) | JSON,
)
LINE = st.builds(lambda kind, told: {"type": kind, kind: told}, st.sampled_from(mattermost.RECORDS), TOLD | JSON) | JSON
QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(st.lists(LINE, max_size=6))
def test_any_lines_of_json_end_in_rows_and_problems(tmp_path, lines):
    path = write(tmp_path / "a.jsonl", {"type": "version", "version": 1}, *lines)
    assert SOURCE.recognises(path)
    rows, reading = read(SOURCE, path)
    assert sum(row["kind"] != "reaction" for row in by_id(rows).values()) <= reading.read["message"]


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    whole = EXPORT.read_bytes()
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if cut:
            cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "import.jsonl").write_bytes(cut)
    made = zipped(folder, tmp_path / "damaged.zip")
    packed = bytearray(made.read_bytes())
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    made.write_bytes(packed)
    for path in (folder, made):
        try:
            if SOURCE.recognises(path):
                read(SOURCE, path)
        except SourceError as error:
            assert path.name in str(error)


def test_the_public_export_imports_completely():
    """17 lines: 8 messages with the reply, of which 2 say that somebody joined a channel; 5 reactions."""
    rows, reading = read(SOURCE, shared("fixtures/mattermost-bulk-export.jsonl"))
    assert reading.read == {"message": 8, "reaction": 5, "channel": 5, "team": 2, "user": 1}
    assert Counter(row["kind"] for row in rows["events"]) == {"post": 5, "reply": 1, "reaction": 5}
    assert len(rows["memberships"]) == 2 and rows["problems"] == []
