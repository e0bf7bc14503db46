"""The Zulip importer, on a small made-up export of an organisation."""

import json
import shutil
import tarfile
from collections import Counter
from datetime import datetime, timedelta

import pytest
from fake_exports import content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, read_damaged, zipped

from workbench import store
from workbench.errors import SourceError
from workbench.sources import registry
from workbench.sources.zulip import SOURCE, without_quotes

EXPORT = FIXTURES / "zulip"
REALM = json.loads((EXPORT / "realm.json").read_text(encoding="utf-8"))
START = datetime(2026, 10, 1, 9)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def after(seconds):
    return START + timedelta(seconds=seconds)


def by_id(rows):
    return {row["event_id"].removeprefix("zulip:"): row for row in rows["events"]}


def tarred(folder, path, *, mode="w:gz", top="zulip-export-1"):
    with tarfile.open(path, mode) as archive:
        archive.add(folder, top)
    return path


def changed(tmp_path, **tables):
    """A copy of the export in which some tables of realm.json are others."""
    folder = shutil.copytree(EXPORT, tmp_path / "changed", dirs_exist_ok=True)
    (folder / "realm.json").write_text(json.dumps(REALM | tables), encoding="utf-8")
    return folder


def one_message(tmp_path, *messages, reactions=(), **tables):
    (folder := tmp_path / "small").mkdir(exist_ok=True)
    (folder / "realm.json").write_text(json.dumps(REALM | tables), encoding="utf-8")
    shard = {"zerver_message": list(messages), "zerver_reaction": list(reactions)}
    (folder / "messages-000001.json").write_text(json.dumps(shard), encoding="utf-8")
    return folder


def test_folder_tar_and_zip_give_the_same_rows(tmp_path, export):
    made = [tarred(EXPORT, tmp_path / "a.tar.gz"), tarred(EXPORT, tmp_path / "a.tar", mode="w", top="")]
    for path in (EXPORT, *made, zipped(EXPORT, tmp_path / "a.zip", top="tea/")):
        assert registry.recognise(path) is SOURCE
        rows, reading = read(SOURCE, path)
        assert {table: rows[table] for table in export[0] if table != "problems"} == {
            table: export[0][table] for table in export[0] if table != "problems"
        }
        assert (reading.read, reading.dropped) == (export[1].read, export[1].dropped)


def test_other_folders_are_not_recognised(tmp_path):
    assert not SOURCE.recognises(FIXTURES / "slack")
    assert not SOURCE.recognises(EXPORT / "realm.json")
    (tmp_path / "realm.json").write_text('{"realm": "test", "users": []}')
    assert not SOURCE.recognises(tmp_path)


def test_a_topic_is_a_thread_opened_by_its_smallest_id_in_whatever_file_that_is(export):
    # The first file holds the replies; a reader that opens the thread by the first line met gets 103.
    events = by_id(export[0])
    assert [(n, events[n]["kind"], events[n]["thread_id"]) for n in ("101", "103", "104", "106")] == [
        ("101", "post", "zulip:101"), ("103", "reply", "zulip:101"), ("104", "reply", "zulip:101"),
        ("106", "reply", "zulip:101"),
    ]  # fmt: skip
    assert events["108"]["kind"] == "post"  # another topic of another channel


def test_only_a_quotation_tells_who_is_answered(export):
    events, texts = by_id(export[0]), {row["event_id"]: row["text"] for row in export[0]["messages"]}
    assert (events["104"]["reply_to"], events["104"]["target_member_id"]) == ("zulip:103", "zulip:12")
    assert texts["zulip:104"] == "Thank you!"
    assert events["103"]["reply_to"] is None


def test_mentions_name_an_account_and_silent_ones_nobody(export):
    # Two people are called Bo Tran: the number decides, never the name.
    events, texts = by_id(export[0]), {row["event_id"]: row["text"] for row in export[0]["messages"]}
    assert events["103"]["mentions"] == ["zulip:11", "zulip:16"]
    assert texts["zulip:103"] == "@11 I do, and @16 too. @13 knows, @all"


def test_an_edit_behind_the_last_message_dates_what_the_message_says(tmp_path):
    said = {"id": 1, "sender": 11, "recipient": 31, "subject": "Tea", "content": "?", "date_sent": START.timestamp()}
    later = {**said, "id": 2, "date_sent": START.timestamp() + 60}
    edited = [{**one, "last_edit_time": START.timestamp() + 50 * one["id"]} for one in (said, later)]
    rows, _ = read(SOURCE, one_message(tmp_path, *edited))
    assert [row["observed_at"] for row in rows["events"]] == [None, after(100)]


def test_private_messages_are_counted_and_never_kept(export):
    rows, reading = export
    assert reading.dropped["direct message"] == 2
    assert reading.dropped["reaction to a direct message"] == 1
    assert "private word" not in str(rows) and "among three" not in str(rows)


def test_a_message_to_an_unknown_recipient_is_not_kept(export):
    (row,) = (row for row in export[0]["problems"] if "recipient" in row["why"])
    assert (row["file"], row["place"]) == ("messages-000001.json", "zerver_message 8")
    assert "to whom?" not in str(export[0])


def test_reactions_have_the_time_of_their_message(export):
    (given_,) = (row for row in export[0]["events"] if row["kind"] == "reaction")
    assert (given_["event_id"], given_["member_id"], given_["reply_to"], given_["target_member_id"]) == (
        "zulip:101:tea:12", "zulip:12", "zulip:101", "zulip:11"
    )  # fmt: skip
    assert (given_["occurred_at"], given_["time_approximate"]) == (START, True)


def test_roles_bots_guests_and_the_days_of_joining(export):
    members = {row["member_id"].removeprefix("zulip:"): row for row in export[0]["members"]}
    assert {n: row["role"] for n, row in members.items()} == {
        "11": "owner", "12": "moderator", "13": "member", "14": "bot", "15": "member", "16": "member", "17": "member",
        "5": "bot",
    }  # fmt: skip
    assert members["16"]["joined_at"] == after(1) and members["16"]["attributes"] == {"guest": "yes"}
    assert (members["11"]["language"], members["11"]["time_zone"]) == ("fr", "Europe/Paris")
    assert "@example.org" not in str(export[0])  # addresses are nobody's business
    assert export[1].tells_joins


def test_departures_come_from_the_audit_log_or_have_no_date(export):
    stays = [row for row in export[0]["memberships"] if row.get("group_id") is None]
    assert [(row["member_id"], row.get("start_at"), row.get("end_at"), row.get("end_reason")) for row in stays] == [
        ("zulip:13", None, after(9000), "deactivated"),
        ("zulip:13", after(9100), None, None),
        ("zulip:13", None, after(9200), "left"),  # closed by its owner
        ("zulip:15", None, None, "deactivated"),  # dated afterwards: the log overstates the time
    ]
    assert export[1].tells_leaves
    # 17 did not consent to the export, so its closed account says nothing


def test_without_an_audit_log_departures_are_not_told(tmp_path):
    rows, reading = read(SOURCE, changed(tmp_path, zerver_realmauditlog=[]))
    assert not reading.tells_leaves
    assert {row["member_id"] for row in rows["memberships"] if row.get("end_reason")} == {"zulip:13", "zulip:15"}


def test_subscriptions_are_stays_of_channels(export):
    stays = [row for row in export[0]["memberships"] if row.get("group_id")]
    told = [(row["member_id"][6:], row["group_id"][6:], "start_at" in row, row.get("end_reason")) for row in stays]
    assert told == [
        ("12", "21", True, None), ("12", "21", False, "left"), ("13", "21", True, None), ("13", "21", False, "removed"),
        ("11", "21", False, None), ("12", "22", False, None),  # subscribed now, nobody knows since when
    ]  # fmt: skip


def test_channels_are_groups_and_archived_ones_bear_the_date(export):
    groups = {row["group_id"]: row for row in export[0]["groups"]}
    assert [(groups[f"zulip:{n}"]["name"], groups[f"zulip:{n}"]["kind"]) for n in (21, 22)] == [
        ("general", "channel"), ("Thé & cie", "private channel"),
    ]  # fmt: skip
    assert (groups["zulip:23"]["archived_at"], groups["zulip:22"]["read_only"]) == (after(9300), True)
    assert export[0]["coverage"] == [
        {"platform": "zulip", "group_id": "", "from_at": START, "to_at": after(160)},
    ]


def test_every_record_is_kept_counted_or_told(export):
    rows, reading = export
    messages = Counter(row["kind"] for row in rows["events"])
    assert messages == {"post": 3, "reply": 3, "reaction": 1}
    problems = sum("zerver_message" in row["place"] for row in rows["problems"])
    assert reading.read["message"] == 6 + reading.dropped["direct message"] + problems == 11
    assert (reading.repeated["message"], problems) == (1, 3)
    assert reading.read["line of the audit log"] == 13
    assert sum(n for why, n in reading.dropped.items() if "audit log" in why) == 5
    assert reading.dropped["file that holds no messages"] == 1


def test_old_exports_tell_words_and_pub_date(tmp_path):
    line = {"id": 1, "event_type": "user_deactivated", "event_time": START.timestamp(), "modified_user": 13}
    user = {"id": 13, "full_name": "Zoé", "is_realm_admin": True, "is_active": False, "date_joined": 1500000000}
    folder = changed(tmp_path, zerver_realmauditlog=[line], zerver_userprofile=[user])
    old = {"id": 7, "sender": 13, "recipient": 31, "subject": "Tea", "content": "Old", "pub_date": 1500000000.5}
    shard = {
        "zerver_message": [old],
        "zerver_reaction": [{"id": 1, "message": 7, "user_profile": 13, "emoji_name": "x"}],
    }
    (folder / "messages-000001.json").write_text(json.dumps(shard))
    (folder / "messages-000002.json").unlink()
    rows, reading = read(SOURCE, folder)
    assert rows["members"][0]["role"] == "staff"
    assert rows["events"][0]["occurred_at"] == datetime(2017, 7, 14, 2, 40, 0, 500000)
    assert rows["events"][1]["kind"] == "reaction"
    assert reading.tells_leaves and rows["memberships"][0]["end_reason"] == "deactivated"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("```quote\nyours\n```\nmine", "mine"),
        ("````quote\n```\ncode\n```\n````\nmine", "mine"),
        ("```\nquote me\n```", "```\nquote me\n```"),
        ("a quote", "a quote"),
        ("mine\n~~~ quote\nwithout end", "mine"),
    ],
)
def test_quoted_blocks_go_and_other_blocks_stay(content, text):
    assert without_quotes(content) == text


def test_importing_twice_and_two_exports_in_any_order_give_one_store(tmp_path):
    later = shutil.copytree(EXPORT, tmp_path / "later")
    shard = json.loads((EXPORT / "messages-000002.json").read_text(encoding="utf-8"))
    new = {**shard["zerver_message"][0], "id": 120, "content": "Still here", "date_sent": START.timestamp() + 86400}
    (later / "messages-000002.json").write_text(json.dumps({"zerver_message": [new]}))
    for name, order in (("a", (EXPORT, later, EXPORT)), ("b", (later, EXPORT))):
        for path in order:
            receipt = store.add(tmp_path / name, SOURCE, path)
    assert receipt.tables["events"].new == 2  # the opener, which the later export lacks, and its reaction
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_reading_goes_on_behind_a_broken_file_of_messages(tmp_path):
    folder = shutil.copytree(EXPORT, tmp_path / "broken")
    whole = (EXPORT / "messages-000001.json").read_text(encoding="utf-8")
    (folder / "messages-000001.json").write_text(whole[: whole.index('"id": 106')], encoding="utf-8")
    rows, _ = read(SOURCE, folder)
    assert {"101", "103", "104"} == {n for n in by_id(rows) if ":" not in n}
    assert any("rest of the file cannot be read" in row["why"] for row in rows["problems"])


@pytest.mark.parametrize("damage", [b"[" * 5000, b"\xdc", b'"\\ud83d"', b"1e999"])
def test_a_damaged_text_costs_no_other_message(tmp_path, damage):
    folder = shutil.copytree(EXPORT, tmp_path / "broken")
    whole = (EXPORT / "messages-000002.json").read_bytes()
    (folder / "messages-000002.json").write_bytes(whole.replace(b'"Who brings the cups?"', damage))
    rows, _ = read(SOURCE, folder)
    assert {"103", "104", "106", "107", "108"} <= set(by_id(rows))


def test_an_archive_that_leaves_its_walls_is_refused(tmp_path):
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as archive:
        archive.add(EXPORT / "realm.json", "zulip/realm.json")
        archive.add(EXPORT / "realm.json", "zulip/../../realm.json")
    with pytest.raises(SourceError, match="outside itself"):
        SOURCE.recognises(tmp_path / "evil.tar.gz")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LIKELY = st.sampled_from([11, 31, 41, START.timestamp(), "Cups", "@**Ana Maury** ```quote", True, 103, 301, "tea"])
KEYS = ("id", "sender", "recipient", "subject", "content", "date_sent", "last_edit_time", "type", "type_id",
        "user_profile", "message", "emoji_name", "event_type", "event_time", "modified_user", "modified_stream",
        "acting_user", "full_name", "role", "is_active", "date_joined", "active", "name", "deactivated")  # fmt: skip
ODD = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | LIKELY))
TABLES = ("zerver_userprofile", "zerver_stream", "zerver_recipient", "zerver_subscription", "zerver_realmauditlog",
          "zerver_reaction", "zerver_userprofile_crossrealm")  # fmt: skip


@QUIET
@given(st.lists(ODD | JSON, max_size=4), st.lists(ODD | JSON, max_size=3), st.sampled_from(TABLES))
def test_any_json_ends_in_rows_and_problems(tmp_path, messages, records, table):
    folder = one_message(tmp_path, *messages, reactions=records, **{table: REALM[table] + records})
    _, reading = read(SOURCE, folder)
    assert reading.read["message"] + reading.repeated["message"] == len(messages)


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    whole = tarred(EXPORT, tmp_path / "w.tar", mode=data.draw(st.sampled_from(["w", "w:gz"]))).read_bytes()
    read_damaged(SOURCE, whole, data, tmp_path)
