"""The Slack importer, on a small made-up export told as files, and on real ones."""

import json
import shutil
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared, zipped

from workbench import store
from workbench.engine import open_community
from workbench.errors import SourceError
from workbench.settings import create
from workbench.sources.slack import SOURCE, mentions, plain_text

EXPORT = FIXTURES / "slack"
GENERAL, CAFE = "slack:C0GENERAL", "slack:C0CAFE"


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def by_id(rows, table="events", key="event_id"):
    return {row[key]: row for row in rows[table]}


def at(seconds):
    return datetime.fromtimestamp(float(seconds), UTC).replace(tzinfo=None)


def test_folder_zip_and_zip_with_a_top_folder_give_the_same_rows(tmp_path, export):
    rows, reading = export
    for made in (zipped(EXPORT, tmp_path / "a.zip"), zipped(EXPORT, tmp_path / "b.zip", top="Tea export/")):
        assert SOURCE.recognises(made)
        again, counts = read(SOURCE, made)
        assert {table: found for table, found in again.items() if table != "problems"} == {
            table: found for table, found in rows.items() if table != "problems"
        }
        assert (counts.read, counts.dropped) == (reading.read, reading.dropped)


def test_days_are_recognised_without_any_list_and_other_folders_are_not(tmp_path):
    shutil.copytree(EXPORT / "general", tmp_path / "export" / "general")
    assert SOURCE.recognises(tmp_path / "export")
    assert not SOURCE.recognises(FIXTURES / "stackexchange")
    assert not SOURCE.recognises(EXPORT / "users.json")
    other = tmp_path / "other"
    other.mkdir()
    (other / "users.json").write_text('[{"name": "no Slack id here"}]')
    assert not SOURCE.recognises(other)


def test_posts_replies_and_broadcasts_keep_their_thread_and_whom_they_answer(export):
    events = by_id(export[0])
    opener, reply, broadcast = (
        events[f"{GENERAL}:{ts}"] for ts in ("1790845200.000200", "1790848800.000300", "1790848860.000400")
    )
    assert (opener["kind"], opener["thread_id"], opener["reply_to"]) == ("post", opener["event_id"], None)
    for answer in (reply, broadcast):
        assert (answer["kind"], answer["thread_id"]) == ("reply", opener["event_id"])
        assert (answer["reply_to"], answer["target_member_id"]) == (opener["event_id"], "slack:U0AVA")
    assert opener["mentions"] == ["slack:U0BENO"]
    assert opener["occurred_at"] == at("1790845200.000200")
    waves = events[f"{GENERAL}:1790932200.001100"]
    assert (waves["kind"], waves["thread_id"]) == ("post", waves["event_id"])


def test_a_broadcast_written_twice_counts_once(export):
    rows, reading = export
    assert Counter(row["event_id"] for row in rows["events"]).most_common(1)[0][1] == 1
    assert reading.repeated["message"] == 1


def test_of_two_versions_of_a_message_the_later_edited_one_is_kept_last(tmp_path):
    folder = tmp_path / "export" / "general"
    folder.mkdir(parents=True)
    first = {"type": "message", "user": "U1", "ts": "1790845200.000200", "text": "tee"}
    edited = first | {"text": "tea", "edited": {"ts": "1790845300.0"}}
    for day, versions in (("2026-10-01", [first, edited]), ("2026-10-02", [first])):
        (folder / f"{day}.json").write_text(json.dumps(versions))
    rows, _ = read(SOURCE, folder.parent)
    texts = [(row["text"], row["observed_at"]) for row in rows["messages"]]
    assert texts == [("tee", None), ("tea", at("1790845300"))]


def test_a_deleted_message_has_no_author_no_text_and_is_deleted_at_its_own_time(export):
    events, texts = by_id(export[0]), by_id(export[0], "messages")
    deleted = events[f"{GENERAL}:1790932000.000900"]
    assert (deleted["member_id"], deleted["deleted_at"]) == (None, deleted["occurred_at"])
    assert texts[deleted["event_id"]]["text"] == ""
    # Slackbot stands in for the hidden author; nobody must seem to answer it
    assert events[f"{GENERAL}:1790932100.001000"]["target_member_id"] is None


def test_a_reply_names_the_same_opener_when_the_export_begins_after_the_opener(tmp_path, export):
    whole = by_id(export[0])
    folder = tmp_path / "export" / "general"
    folder.mkdir(parents=True)
    shutil.copy(EXPORT / "channels.json", folder.parent)
    for day, skipped in (("2026-10-01", 2), ("2026-10-02", 2)):
        messages = json.loads((EXPORT / "general" / f"{day}.json").read_text(encoding="utf-8"))
        (folder / f"{day}.json").write_text(json.dumps(messages[skipped:]), encoding="utf-8")
    late = by_id(read(SOURCE, folder.parent)[0])
    assert f"{GENERAL}:1790845200.000200" not in late and f"{GENERAL}:1790932000.000900" not in late
    for event_id, row in late.items():
        assert row == whole[event_id]


def test_joins_and_leaves_of_a_channel_are_memberships_of_that_channel_only(export):
    rows, reading = export
    stays = [row for row in rows["memberships"] if row.get("group_id")]
    assert [(row["member_id"], row["group_id"], row.get("start_at"), row.get("end_at")) for row in stays] == [
        ("slack:U0BENO", GENERAL, at("1790841600.000100"), None),
        ("slack:U0BENO", GENERAL, None, at("1790932300.001200")),
    ]
    assert stays[1]["end_reason"] == "left"
    assert (reading.tells_joins, reading.tells_leaves) == (False, False)


def test_a_deactivated_account_is_a_departure_without_a_date(export):
    (departure,) = (row for row in export[0]["memberships"] if not row.get("group_id"))
    assert (departure["member_id"], departure["end_reason"]) == ("slack:U0CLEO", "deactivated")
    assert "start_at" not in departure and "end_at" not in departure


def test_an_account_that_a_later_export_tells_open_again_has_not_left(tmp_path):
    closed, opened = tmp_path / "closed", tmp_path / "opened"
    for export in (closed, opened):
        shutil.copytree(EXPORT, export)
    users = json.loads((opened / "users.json").read_text(encoding="utf-8"))
    (cleo,) = (user for user in users if user["id"] == "U0CLEO")
    cleo["deleted"] = False
    (opened / "users.json").write_text(json.dumps(users), encoding="utf-8")
    later = [{"type": "message", "user": "U0AVA", "text": "hi", "ts": "1793000000.000100"}]
    (opened / "general" / "2026-10-26.json").write_text(json.dumps(later), encoding="utf-8")
    ends = {}
    for name, exports in {"a": (closed,), "b": (closed, opened), "c": (opened, closed)}.items():
        for export in exports:
            store.add(tmp_path / name, SOURCE, export)
        create(tmp_path / name / "community.toml", name="Tea", timezone="UTC")
        with open_community(tmp_path / name) as community:
            stay = community.run("SELECT end_kind FROM stays WHERE person_id = 'slack:U0CLEO'", month="2026-10")
        ends[name] = stay["end_kind"].dropna().tolist()
    assert ends == {"a": ["undated"], "b": [], "c": []}


def test_reactions_are_one_event_per_giver_and_the_unnamed_rest_is_counted(export):
    rows, _ = export
    given = {row["event_id"]: row for row in rows["events"] if row["kind"] == "reaction"}
    opener = f"{GENERAL}:1790845200.000200"
    assert sorted(given) == [
        f"{GENERAL}:1790841600.000100:wave:U0AVA", f"{opener}:heart:U0BENO", f"{opener}:heart:U0CLEO",
    ]  # fmt: skip
    heart = given[f"{opener}:heart:U0BENO"]
    assert (heart["time_approximate"], heart["occurred_at"]) == (True, at("1790845200.000200"))
    assert (heart["reply_to"], heart["target_member_id"]) == (opener, "slack:U0AVA")
    assert rows["reaction_counts"] == [{"event_id": opener, "emoji": "heart", "count": 3}]


def test_roles_come_from_the_flags_and_people_without_profile_are_known_by_id_alone(export):
    members = by_id(export[0], "members", "member_id")
    assert {one.removeprefix("slack:"): row["role"] for one, row in members.items()} == {
        "U0AVA": "staff", "U0BENO": "member", "U0CLEO": "member", "U0ROBOT": "bot",
        "bot:B0NEWS": "bot", "USLACKBOT": "bot", "U0GUEST": None,
    }  # fmt: skip
    names = {row["display_name"] for row in members.values()}
    assert names == {"Ava", "Beno Quist", "cleo", "Helper", "News", None}
    ava = members["slack:U0AVA"]
    assert (ava["time_zone"], ava["language"], ava.get("joined_at")) == ("Europe/Paris", "fr", None)
    assert members["slack:U0BENO"]["attributes"] == {"guest": "some channels"}
    assert "example.org" not in str(members)


def test_the_author_of_an_unflagged_bot_message_is_a_bot(export):
    assert by_id(export[0])[f"{GENERAL}:1790849000.000600"]["member_id"] == "slack:bot:B0NEWS"


def test_private_conversations_are_counted_and_never_read_into_the_store(export):
    rows, reading = export
    assert reading.dropped["message of a direct conversation"] == 1
    assert "private word" not in str(rows) and "D0AVABENO" not in str(rows)


def test_every_channel_is_a_group_the_silent_one_too(export):
    groups = by_id(export[0], "groups", "group_id")
    assert sorted(groups) == [CAFE, GENERAL, "slack:C0SILENT"]
    assert groups[CAFE]["archived_at"] == at("1791018060.000200")
    assert groups[GENERAL]["archived_at"] is None
    assert groups[GENERAL]["created_at"] == at(1790000000)
    assert groups[GENERAL]["owner_ids"] == ["slack:U0AVA"]


def test_what_cannot_be_read_is_told_with_its_place(export):
    told = {(row["file"], row["place"]): row["why"] for row in export[0]["problems"]}
    assert set(told) == {("general/2026-10-02.json", "record 5"), ("tea-time/2026-10-04.json", "the whole file")}
    assert told["general/2026-10-02.json", "record 5"] == "the message has no ts, so no time"


def test_every_record_is_read_and_either_kept_or_counted_by_reason(export):
    rows, reading = export
    assert reading.read == {"user": 4, "channel": 3, "direct conversation": 1, "message": 16}
    assert reading.dropped == {
        "message of a direct conversation": 1,
        "system line: channel_topic": 1,
        "system line: channel_archive": 1,
    }
    kept = sum(row["kind"] != "reaction" for row in rows["events"]) + 2  # a join and a leave
    unread = sum(row["place"].startswith("record") for row in rows["problems"])
    assert kept + reading.dropped.total() + unread == reading.read["message"]


def test_coverage_runs_from_the_first_to_the_last_message_for_the_whole_platform(export):
    assert export[0]["coverage"] == [
        {
            "platform": "slack", "group_id": "",
            "from_at": at("1790841600.000100"), "to_at": at("1791018060.000200"),
        }
    ]  # fmt: skip


def test_a_day_file_of_any_name_and_encoding_counts_and_other_files_are_told(tmp_path):
    folder = tmp_path / "export" / "général"
    folder.mkdir(parents=True)
    message = {"type": "message", "user": "U1", "ts": "1790845200.000200", "text": "à bientôt \ud83d"}
    (folder / "extra.json").write_bytes(json.dumps([message]).encode("utf-16"))
    (folder / "2026-10-01.json").write_bytes(b"\xef\xbb\xbf" + json.dumps([message | {"ts": 1790845201}]).encode())
    (folder / "canvas.json").write_text("{}")
    rows, reading = read(SOURCE, folder.parent)
    assert [row["text"] for row in rows["messages"]] == ["à bientôt \ufffd"] * 2
    assert rows["groups"][0]["group_id"] == "slack:général"
    assert reading.dropped == {"file without messages in a channel's folder": 1}


def test_a_channel_is_found_by_its_folder_however_the_system_writes_accents(tmp_path):
    folder = tmp_path / "export" / "cafe\u0301"
    folder.mkdir(parents=True)
    (folder.parent / "channels.json").write_text('[{"id": "C0CAFE", "name": "caf\u00e9"}]', encoding="utf-8")
    message = {"type": "message", "user": "U1", "ts": "1790845200.000200", "text": "hi"}
    (folder / "2026-10-01.json").write_text(json.dumps([message]))
    assert read(SOURCE, folder.parent)[0]["events"][0]["group_id"] == "slack:C0CAFE"


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<https://example.org>", "https://example.org"),
        ("<http://example.org|example.org>", "http://example.org"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<!subteam^S1|@team> <!date^1^{date}|today> <!everyone>", "@team today @everyone"),
        ("<#C1> &amp;lt; <@W1>", "#C1 &lt; @W1"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_markup_becomes_plain_text(marked, plain):
    assert plain_text(marked) == plain.replace("< b >", " b ")


@given(st.text())
def test_any_text_survives_slacks_escaping(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain_text(escaped) == text
    assert mentions(escaped) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("type", "subtype", "user", "text", "ts", "thread_ts", "parent_user_id", "bot_id", "bot_profile", "edited",
        "reactions", "root")  # fmt: skip
ODD = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | st.sampled_from(["1790845200.1", "tombstone"])))
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(st.lists(ODD | JSON, max_size=4), JSON, JSON)
def test_any_json_ends_in_rows_and_problems(tmp_path, messages, users, channels):
    folder = tmp_path / "export"
    (folder / "general").mkdir(parents=True, exist_ok=True)
    (folder / "general" / "2026-10-01.json").write_text(json.dumps(messages))
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "channels.json").write_text(json.dumps([channels, {"id": "C1", "name": channels}]))
    SOURCE.recognises(folder)
    _, reading = read(SOURCE, folder)
    assert reading.read["message"] + reading.repeated["message"] == len(messages)


@QUIET
@given(st.data())
def test_a_damaged_zip_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    whole = zipped(EXPORT, tmp_path / "whole.zip").read_bytes()
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, 5))):
        if cut:
            cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(cut)
    try:
        if SOURCE.recognises(damaged):
            read(SOURCE, damaged)
    except SourceError as error:
        assert "damaged.zip" in str(error)


def test_the_training_community_imports_completely():
    """20,011 records with 1 repeat; 18,975 contributions less that repeat; 6 deleted messages."""
    rows, reading = read(SOURCE, shared("slack-10academy.zip"))
    assert (reading.read["message"], reading.repeated["message"]) == (20_010, 1)
    kinds = Counter(row["kind"] for row in rows["events"] if not row.get("deleted_at"))
    assert kinds["post"] + kinds["reply"] == 18_975 - 1
    assert kinds["reaction"] == 10_353
    assert len(rows["events"]) == 18_974 + 10_353 + 6 == len({row["event_id"] for row in rows["events"]})
    assert sum("start_at" in row for row in rows["memberships"]) == 1_027
    assert (reading.read["user"], len(rows["groups"]), rows["problems"]) == (71, 39, [])


@pytest.mark.parametrize(
    ("name", "messages", "contributions"),
    [
        ("fixtures/slack-viewer-testarchive.zip", 158, 49 + 3 + 94),
        ("fixtures/langchain/examples/slack_export.zip", 5, 4),
    ],
)
def test_odd_public_exports_import(name, messages, contributions):
    rows, reading = read(SOURCE, shared(name))
    assert reading.read["message"] == messages
    assert sum(row["kind"] != "reaction" for row in rows["events"]) == contributions
    assert rows["problems"] == []
