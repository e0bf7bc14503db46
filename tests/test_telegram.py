"""The Telegram importer, on small made-up exports in the layout of Telegram Desktop."""

import json
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, read_damaged, shared, zipped, zone_of

from workbench.errors import SourceError
from workbench.sources import json_stream, registry
from workbench.sources.json_stream import OPEN, Unreadable, walk
from workbench.sources.telegram import SOURCE

SINGLE, BATCH = FIXTURES / "telegram" / "single" / "result.json", FIXTURES / "telegram" / "batch" / "result.json"
START = datetime(2026, 10, 1, 8)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def single():
    return read(SOURCE, SINGLE)


@pytest.fixture(scope="module")
def batch():
    return read(SOURCE, BATCH)


def after(seconds):
    return START + timedelta(seconds=seconds)


def by_id(rows, chat=42):
    start = f"telegram:{chat}:"
    return {row["event_id"].removeprefix(start): row for row in rows["events"] if row["event_id"].startswith(start)}


def stays(rows):
    return [
        (row["member_id"].removeprefix("telegram:"), "start_at" if row.get("start_at") else row["end_reason"])
        for row in rows["memberships"]
    ]


def chat_file(path, *messages, **chat):
    path.write_text(json.dumps({"name": "Tea", "type": "private_group", "id": 7, **chat, "messages": messages}))
    return path


def test_single_and_batch_exports_are_recognised_by_content(tmp_path):
    for path in (SINGLE, BATCH, SINGLE.parent, zipped(SINGLE.parent, tmp_path / "a.zip", top="ChatExport/")):
        assert SOURCE.recognises(path)
    for text in ("{}", "[]", '{"messages": [{"sender_name": "Ana", "timestamp_ms": 1, "type": "Generic"}]}', "{"):
        (tmp_path / "other.json").write_text(text)
        assert not SOURCE.recognises(tmp_path / "other.json")


def test_times_come_from_the_unix_time_never_from_the_local_date(single):
    rows, reading = single
    assert by_id(rows)["5"]["occurred_at"] == after(30)
    assert zone_of(reading) == "UTC in the file"


def test_an_old_export_with_local_times_only_needs_its_zone(tmp_path):
    old = {
        "id": 1,
        "type": "message",
        "date": "2020-01-01T00:00:02",
        "from": "Ana",
        "from_id": 4325636679,
        "text": "hi",
    }
    path = chat_file(tmp_path / "result.json", old)
    with pytest.raises(SourceError, match="--timezone Europe/Paris"):
        read(SOURCE, path)
    rows, reading = read(SOURCE, path, timezone="Europe/Paris")
    assert rows["events"][0]["occurred_at"] == datetime(2019, 12, 31, 23, 0, 2)
    assert rows["events"][0]["member_id"] == "telegram:user4325636679"
    assert "Europe/Paris" in zone_of(reading)


def test_replies_follow_the_chain_and_topics_are_no_messages(single):
    events = by_id(single[0])
    assert [(events[n]["kind"], events[n]["reply_to"], events[n]["thread_id"]) for n in ("5", "6", "7", "8", "9")] == [
        ("post", None, "telegram:42:5"),
        ("reply", "telegram:42:5", "telegram:42:5"),
        ("reply", "telegram:42:6", "telegram:42:5"),
        ("post", None, "telegram:42:8"),
        ("reply", "telegram:42:9999", "telegram:42:9999"),
    ]
    assert (events["7"]["target_member_id"], events["9"]["target_member_id"]) == ("telegram:user2", None)


def test_texts_in_parts_mentions_polls_files_and_forwards(single):
    events, texts = by_id(single[0]), {row["event_id"]: row["text"] for row in single[0]["messages"]}
    assert texts["telegram:42:6"] == "I do, Max. See https://example.org"
    assert (events["6"]["mentions"], events["6"]["observed_at"]) == (["telegram:user4"], after(100))
    assert texts["telegram:42:12"] == "Tea or coffee?\n– Tea\n– Coffee"
    assert (events["13"]["kind"], events["13"]["n_chars"], "telegram:42:13" in texts) == ("post", 0, False)
    assert events["11"]["kind"] == "share"


def test_reactions_name_some_givers_and_count_the_rest(single):
    rows, _ = single
    (given,) = (row for row in rows["events"] if row["kind"] == "reaction")
    assert (given["member_id"], given["reply_to"]) == ("telegram:user2", "telegram:42:14")
    assert rows["reaction_counts"] == [{"event_id": "telegram:42:14", "emoji": "👍", "count": 2}]


def test_service_lines_move_members_by_account_or_by_name(single):
    rows, reading = single
    assert stays(rows) == [
        ("user2", "start_at"),
        ("name:Zoé", "start_at"),  # a lurker, known by name only
        ("user4", "start_at"),  # acted himself: the account is certain, though two are called Max
        ("user2", "left"),
        ("name:Zoé", "removed"),
        ("user5", "deleted"),
    ]
    assert {row.get("group_id") for row in rows["memberships"]} == {None}
    assert (reading.tells_joins, reading.tells_leaves) == (True, True)
    joined = {row["member_id"]: (row["invited_by"], row["join_source"]) for row in rows["members"]}
    assert joined["telegram:user2"] == ("telegram:user1", "invitation")
    assert joined["telegram:user4"] == ("telegram:user1", "link")


def test_a_name_of_two_accounts_is_a_problem_and_moves_nobody(single):
    (ambiguous,) = (row for row in single[0]["problems"] if "called" in row["why"])
    assert ambiguous["place"] == "record 19"
    assert "2 accounts are called 'Max'" in ambiguous["why"]


def test_a_deleted_account_has_left_without_a_date(single):
    rows, _ = single
    assert by_id(rows)["10"]["member_id"] == "telegram:user5"
    (gone,) = (row for row in rows["memberships"] if row["end_reason"] == "deleted")
    assert gone["member_id"] == "telegram:user5" and "start_at" not in gone and "end_at" not in gone


def test_every_record_is_kept_counted_or_told(single):
    rows, reading = single
    assert reading.read == {"chat": 1, "message": 20}
    assert reading.dropped == {
        "service line: migrate_from_group": 1, "service line: topic_created": 1, "service line: pin_message": 1,
        "deleted account in a service line": 1,
    }  # fmt: skip
    assert [(row["place"], "unsupported" in row["why"]) for row in rows["problems"]] == [
        ("record 15", True), ("record 19", False),
    ]  # fmt: skip
    assert Counter(row["kind"] for row in rows["events"]) == {"post": 7, "reply": 3, "share": 1, "reaction": 1}


def test_private_chats_are_counted_and_never_kept(batch):
    rows, reading = batch
    assert (reading.read["private chat"], reading.dropped["message of a private chat"]) == (1, 1)
    assert "private word" not in str(rows)


def test_a_group_that_became_a_supergroup_is_two_chats_the_first_archived(batch, single):
    rows, reading = batch
    groups = {row["group_id"]: row for row in rows["groups"]}
    assert groups["telegram:41"]["archived_at"] == after(-300)
    assert (groups["telegram:41"]["created_at"], groups["telegram:41"]["owner_ids"]) == (
        after(-500),
        ["telegram:user1"],
    )
    assert groups["telegram:42"]["archived_at"] is None
    assert by_id(rows) == by_id(single[0])
    # where there are several chats, joining one is not joining the community
    assert {row["group_id"] for row in rows["memberships"] if "group_id" in row} == {"telegram:41", "telegram:42"}
    assert (reading.tells_joins, reading.tells_leaves) == (False, False)
    assert {row["group_id"] for row in rows["coverage"]} == {"telegram:41", "telegram:42"}


def test_control_characters_and_bad_escapes_are_read(tmp_path):
    path = chat_file(tmp_path / "result.json", {"id": 1, "type": "message", "date_unixtime": "1790841600",
                                                "from": "Ana", "from_id": "user1", "text": "a@b\\d"})  # fmt: skip
    path.write_text(path.read_text().replace("@", "\\x1F").replace("Tea", "T\x01ea"))
    rows, _ = read(SOURCE, path)
    assert rows["messages"][0]["text"] == "a\x1fb\\d"
    assert rows["problems"] == []


def test_reading_goes_on_behind_a_broken_record(tmp_path):
    path = tmp_path / "result.json"
    path.write_text(SINGLE.read_text(encoding="utf-8").replace('"text": "Thanks"', '"text": Thanks"'), encoding="utf-8")
    rows, _ = read(SOURCE, path)
    assert set(by_id(read(SOURCE, SINGLE)[0])) - set(by_id(rows)) == {"7"}
    assert "not valid JSON at character" in rows["problems"][0]["why"]


@given(st.integers(1, 40))
def test_pieces_of_any_size_give_the_same_document(size):
    text = SINGLE.read_text(encoding="utf-8")[:4000]
    document = json.dumps({"name": "T\u00e9a", "n": 123456, "messages": [{"id": 1, "text": text}, 17, None, [1]]})
    parts = (document[at : at + size] for at in range(0, len(document), size))
    assert list(walk(parts, opened={"messages"})) == [
        ((), OPEN), (("name",), "Téa"), (("n",), 123456), (("messages",), OPEN),
        (("messages", "*"), {"id": 1, "text": text}), (("messages", "*"), 17), (("messages", "*"), None),
        (("messages", "*"), [1]),
    ]  # fmt: skip


def test_a_long_value_is_not_read_anew_with_every_piece(monkeypatch):
    """Reading on by one piece at a time would decode a value of 16 MB a thousand times, for minutes."""
    tries, decode = [], json_stream._decode
    monkeypatch.setattr(json_stream, "_decode", lambda text, at: tries.append(at) or decode(text, at))
    document = '{"rest": [' + "1," * 5_000 + "1]}"
    pieces = (document[start : start + 10] for start in range(0, len(document), 10))
    assert dict(walk(pieces, opened={"messages"}))["rest",] == [1] * 5_001
    assert len(tries) < 30


@pytest.mark.parametrize("name", ["telegram", "discord"])
def test_a_long_list_is_known_for_no_export_by_its_first_item(tmp_path, monkeypatch, name):
    """Other platforms' exports hold lists of millions; all importers are asked about each file."""
    tries, decode = [], json_stream._decode
    monkeypatch.setattr(json_stream, "_decode", lambda text, at: tries.append(at) or decode(text, at))
    path = tmp_path / "attachment.json"
    path.write_text("[" + '{"id": 1}, ' * 1_000 + '{"id": 2}]', encoding="utf-8")
    assert not registry.source(name).recognises(path)
    assert len(tries) < 5


def test_a_record_without_end_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(json_stream, "LARGEST", 1000)
    taken = []
    endless = (taken.append(1) or "a" * 100 for _ in range(1000))
    parts = (part for source in (['{"messages": [{"id": 1, "type": "message", "text": "'], endless) for part in source)
    with pytest.raises(SourceError):
        assert isinstance(list(walk(parts, opened={"messages"}))[-1], Unreadable)
    members = walk(iter(['{"messages": [' + '{"messages": ' * 50]), opened={"messages"}, spread={"messages"})
    with pytest.raises(SourceError, match="nested too deeply"):
        list(members)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("id", "type", "date_unixtime", "from", "from_id", "text", "action", "members", "actor", "actor_id", "poll",
        "reactions", "reply_to_message_id", "edited_unixtime", "forwarded_from", "text_entities")  # fmt: skip
LIKELY = st.sampled_from(["message", "service", "1790841600", 3, "invite_members", "remove_members", ["Ana"], "Ana"])
ODD = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | LIKELY))


@QUIET
@given(st.lists(ODD | JSON, max_size=4), JSON, JSON)
def test_any_json_ends_in_rows_and_problems(tmp_path, messages, name, native_id):
    path = chat_file(tmp_path / "result.json", *messages, name=name, id=native_id)
    SOURCE.recognises(path)
    first = {"id": -1, "type": "message", "date_unixtime": "1790841600", "from": "Ana", "text": ""}
    path = chat_file(path, first, *messages, name=name, id=native_id)
    _, reading = read(SOURCE, path)
    assert reading.read["message"] + reading.repeated["message"] == len(messages) + 1


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    whole = BATCH.read_bytes() if data.draw(st.booleans()) else zipped(BATCH.parent, tmp_path / "w.zip").read_bytes()
    read_damaged(SOURCE, whole, data, tmp_path, timezone="UTC")


@pytest.mark.parametrize("name", ["test_single_export.json", "test_batch_export.json"])
def test_the_public_exports_give_their_target(name):
    """Of the MIT fixtures of chat-miner, which leave out ids and kinds; its target glues parts together by a space."""
    rows, _ = read(SOURCE, shared(f"fixtures/telegram/{name}"))
    target = json.loads(shared("fixtures/telegram/target.json").read_text(encoding="utf-8"))
    assert [(row["occurred_at"].isoformat(), row["text"].replace(" ", "")) for row in rows["messages"]] == [
        (row["timestamp"], row["message"].replace(" ", "")) for row in target
    ]
    assert [row["display_name"] for row in rows["members"]] == ["Author 1", "Author 2"]
