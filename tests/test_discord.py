"""The Discord importer, on small made-up exports and on a real server's archive."""

import json
import zipfile
from collections import Counter
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, read_damaged, shared, zipped

from workbench.sources.discord import DELETED_USER, SOURCE

EXPORT = FIXTURES / "discord"
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def by_id(rows, table="events", key="event_id"):
    return {row[key].removeprefix("discord:"): row for row in rows[table]}


def author(number, name="ana", **more):
    return {"id": str(number), "name": name, "nickname": name.title(), "isBot": False, "roles": []} | more


def message(number, at="2026-10-01T08:00:00+00:00", **more):
    return {
        "id": str(number), "type": "Default", "timestamp": at, "timestampEdited": None, "content": f"text {number}",
        "author": author(11), "reactions": [], "mentions": [],
    } | more  # fmt: skip


def channel_file(path, *messages, after=None, **channel):
    described = {"id": "500", "type": "GuildTextChat", "categoryId": "50", "category": "talk", "name": "tea"} | channel
    document = {
        "guild": {"id": "9", "name": "Tea"}, "channel": described, "dateRange": {"after": after, "before": None},
        "messages": messages, "messageCount": len(messages),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_file_a_folder_and_a_zip_are_recognised_by_content(tmp_path):
    made = channel_file(tmp_path / "export" / "any name.txt.json", message(1))
    assert SOURCE.recognises(made) and SOURCE.recognises(made.parent)
    assert SOURCE.recognises(zipped(made.parent, tmp_path / "a.zip", top="deep/er/"))
    (tmp_path / "other.json").write_text('{"guild": {}, "channel": {"id": "no"}, "messages": []}')
    assert not SOURCE.recognises(tmp_path / "other.json")
    assert not SOURCE.recognises(FIXTURES / "slack")


def test_replies_follow_the_chain_to_its_root(export):
    events = by_id(export[0])
    root, reply, second, lost = (events[number] for number in ("7102", "7103", "7104", "7105"))
    assert (root["kind"], root["thread_id"], root["reply_to"]) == ("post", "discord:7102", None)
    assert (reply["reply_to"], reply["thread_id"], reply["target_member_id"]) == (
        "discord:7102", "discord:7102", "discord:11",
    )  # fmt: skip
    # an answer to an answer belongs to the thread of the first message, not to one of its own
    assert (second["reply_to"], second["thread_id"]) == ("discord:7103", "discord:7102")
    assert (lost["kind"], lost["thread_id"], lost["target_member_id"]) == ("reply", "discord:6000", None)


def test_a_thread_lies_in_the_channel_above_it_and_answers_its_opener(export):
    rows, reading = export
    events = by_id(rows)
    opener, answer, inner = (events[number] for number in ("7201", "7202", "7203"))
    assert {event["group_id"] for event in (opener, answer, inner)} == {"discord:700"}
    assert (opener["kind"], opener["thread_id"]) == ("post", "discord:7201")
    assert (answer["kind"], answer["reply_to"], answer["target_member_id"]) == ("reply", "discord:7201", "discord:12")
    assert (inner["reply_to"], inner["thread_id"]) == ("discord:7202", "discord:7201")
    assert reading.read["thread"] == 1
    assert by_id(rows, "groups", "group_id")["700"]["name"] == "support"


def test_a_thread_started_from_a_message_continues_that_message(tmp_path):
    starter = message(21, type="21", reference={"messageId": "20"})
    path = channel_file(tmp_path / "t.json", starter, message(22), id="600", type="GuildPublicThread")
    rows, reading = read(SOURCE, path)
    (event,) = rows["events"]
    assert (event["kind"], event["thread_id"], event["reply_to"]) == ("reply", "discord:20", "discord:20")
    assert reading.dropped == {"system line: 21": 1}


def test_an_export_that_begins_inside_a_thread_makes_no_message_its_opener(tmp_path):
    path = channel_file(tmp_path / "t.json", message(22), id="600", type="GuildPublicThread", after="2026-09-01")
    (event,) = read(SOURCE, path)[0]["events"]
    assert (event["kind"], event["thread_id"]) == ("reply", "discord:600")


def test_joins_are_told_when_their_channel_is_exported_and_departures_never(export):
    rows, reading = export
    (join,) = (row for row in rows["memberships"] if row.get("start_at"))
    assert (join["member_id"], join["start_at"]) == ("discord:12", datetime(2026, 10, 1, 6))
    assert join.get("group_id") is None
    assert (reading.tells_joins, reading.tells_leaves) == (True, False)


def test_reactions_with_givers_are_events_and_without_are_counted(export):
    rows, _ = export
    given = [row for row in rows["events"] if row["kind"] == "reaction"]
    assert [(row["event_id"], row["member_id"], row["reply_to"]) for row in given] == [
        ("discord:7102:tea:12", "discord:12", "discord:7102")
    ]
    assert given[0]["time_approximate"] is True
    assert rows["reaction_counts"] == [
        {"event_id": "discord:7102", "emoji": "tea", "count": 2},
        {"event_id": "discord:7103", "emoji": "mug:88", "count": 1},
    ]


def test_bots_deleted_accounts_and_nicknames(export):
    rows, _ = export
    members = by_id(rows, "members", "member_id")
    assert {number: row["role"] for number, row in members.items()} == {
        "11": "member", "12": "member", "13": "bot", "14": "member",
    }  # fmt: skip
    assert members["11"]["display_name"] == "Ana T."
    assert members["11"]["attributes"] == {"user_name": "ana"}
    assert by_id(rows)["7106"]["member_id"] is None
    (gone,) = (row for row in rows["memberships"] if row.get("end_reason"))
    assert (gone["member_id"], gone["end_reason"], gone.get("end_at")) == ("discord:14", "deleted", None)
    assert DELETED_USER not in str(rows)


def test_mentions_and_edits_are_kept(export):
    events = by_id(export[0])
    assert events["7102"]["mentions"] == ["discord:12"]
    assert events["7103"]["observed_at"] == datetime(2026, 10, 1, 9)
    assert events["7105"]["n_chars"] == 0


def test_direct_conversations_are_counted_and_never_kept(export):
    rows, reading = export
    assert reading.dropped["message of a direct conversation"] == 1
    assert "private word" not in str(rows) and "800" not in by_id(rows, "groups", "group_id")


def test_every_record_is_kept_counted_or_told(export):
    rows, reading = export
    kept = sum(row["kind"] != "reaction" for row in rows["events"]) + reading.tells_joins
    assert reading.read["message"] == kept + reading.dropped.total() + len(rows["problems"]) - 1
    assert reading.dropped["file that is no channel's messages"] == 1
    assert [row["place"] for row in rows["problems"]] == ["record 8"]


def test_parts_that_overlap_count_each_message_once_and_the_last_edit_wins(tmp_path):
    edited = message(3, content="new", timestampEdited="2026-10-02T00:00:00+00:00")
    channel_file(
        tmp_path / "x" / "tea [500] [part 10].json", message(3), message(4, type="Reply", reference={"messageId": "1"})
    )
    channel_file(tmp_path / "x" / "tea [500] [part 2].json", message(1), message(2), edited)
    rows, reading = read(SOURCE, tmp_path / "x")
    assert (reading.read["message"], reading.repeated["message"]) == (4, 1)
    assert [row["text"] for row in rows["messages"] if row["event_id"] == "discord:3"] == ["new"]
    # the part with the earlier messages is read first, whatever the names' order
    assert by_id(rows)["4"]["target_member_id"] == "discord:11"


def test_a_broken_file_gives_what_comes_before_and_after_the_damage(tmp_path):
    path = channel_file(tmp_path / "a.json", message(1), message(2), message(3))
    text = path.read_text().replace('"text 2"', '"text 2')
    path.write_text(text)
    rows, _ = read(SOURCE, path)
    assert sorted(by_id(rows)) == ["1", "3"]
    assert "not valid JSON" in rows["problems"][0]["why"]
    path.write_text(text[: len(text) // 3])
    rows, _ = read(SOURCE, path)
    assert "the rest of the file cannot be read" in rows["problems"][-1]["why"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("id", "type", "timestamp", "timestampEdited", "content", "author", "reactions", "mentions", "reference")
LIKELY = st.sampled_from(
    [
        "7",
        "Reply",
        "2026-10-01T08:00:00+00:00",
        {"id": "8"},
        {"messageId": "7"},
        [{"emoji": {"name": "a"}, "count": 2}],
    ]
)
ODD = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | LIKELY))


@QUIET
@given(st.lists(ODD | JSON, max_size=4), JSON, st.sampled_from(["GuildTextChat", "GuildPublicThread", 3]))
def test_any_json_ends_in_rows_and_problems(tmp_path, messages, category, kind):
    path = channel_file(tmp_path / "a.json", *messages, categoryId=category, type=kind)
    assert SOURCE.recognises(path)
    _, reading = read(SOURCE, path)
    assert reading.read["message"] + reading.repeated["message"] == len(messages)


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    single = EXPORT / "Tea - talk - tea-time [500].json"
    whole = single.read_bytes() if data.draw(st.booleans()) else zipped(EXPORT, tmp_path / "w.zip").read_bytes()
    read_damaged(SOURCE, whole, data, tmp_path)


def test_the_meshcore_archive_imports_completely():
    """62,512 messages by 2,539 authors, one of them the account of all deleted ones; 20,621 replies."""
    path = shared("discord-meshcore.zip")
    rows, reading = read(SOURCE, path)
    assert reading.read == {"message": 62_512, "channel": 475, "thread": 122}
    assert len(by_id(rows)) == 62_512 and rows["problems"] == []
    assert len(rows["members"]) == 2_539 - 1
    answers, reactions, in_threads = {}, Counter(), set()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            document = json.loads(archive.read(name))
            for one in document["messages"]:
                if one["type"] == "Reply":
                    answers[one["id"]] = one["reference"]["messageId"]
                elif document["channel"]["type"] == "GuildPublicThread":
                    in_threads.add(one["id"])
                for reaction in one["reactions"]:
                    reactions[one["id"]] += reaction["count"]
    found = {number: row["reply_to"] for number, row in by_id(rows).items() if row["kind"] == "reply"}
    assert len(answers) == 20_621
    assert {number: found[number].removeprefix("discord:") for number in answers} == answers
    assert found.keys() - answers.keys() <= in_threads
    assert sum(row["count"] for row in rows["reaction_counts"]) == reactions.total()
    assert len(reactions) == 11_935
