"""The Facebook importer, on a small made-up export of one person with a Messenger group, and the list kept by hand."""

import json
import shutil
from collections import Counter
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from fake_exports import content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, read_damaged, shared, zipped

from workbench import store
from workbench.errors import SourceError
from workbench.sources import registry, table
from workbench.sources.facebook import SOURCE, mended

EXPORT = FIXTURES / "facebook"
ACTIVITY = EXPORT / "your_facebook_activity"
CHAT = ACTIVITY / "messages" / "inbox" / "teatable_700100"
START = datetime(2026, 10, 1, 9)
TEMPLATES = files("workbench.sources") / "templates"
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


@pytest.fixture(scope="module")
def chat():
    return read(SOURCE, CHAT)


def after(seconds):
    return START + timedelta(seconds=seconds)


def said(rows):
    texts = {row["event_id"]: row["text"] for row in rows["messages"]}
    return [
        (row["member_id"].removeprefix("facebook:"), row["occurred_at"], texts.get(row["event_id"]))
        for row in sorted(rows["events"], key=lambda row: row["occurred_at"])
        if row["kind"] != "reaction"
    ]


def stays(rows):
    return [
        (row["member_id"].removeprefix("facebook:"), row.get("group_id"), row.get("start_at") or row.get("end_at"),
         row.get("end_reason"))
        for row in rows["memberships"]
    ]  # fmt: skip


def conversation(path, *messages, **head):
    people = [{"name": name} for name in ("Ana", "Bo", "Gil")]
    told = {"participants": people, "messages": messages, "title": "Tea", "thread_path": "inbox/tea_7", **head}
    path.write_text(json.dumps(told))
    return path


def message(text="tea", at=1790845200000, sender="Ana", **more):
    return {"sender_name": sender, "timestamp_ms": at, "content": text, **more}


def test_folder_and_zip_give_the_same_rows(tmp_path, export):
    for path in (EXPORT, zipped(EXPORT, tmp_path / "a.zip"), zipped(EXPORT, tmp_path / "b.zip", top="facebook-ana/")):
        assert registry.recognise(path) is SOURCE
        rows, reading = read(SOURCE, path)
        assert {name: rows[name] for name in export[0] if name != "problems"} == {
            name: export[0][name] for name in export[0] if name != "problems"
        }
        assert (reading.read, reading.dropped) == (export[1].read, export[1].dropped)


def test_other_files_are_not_recognised(tmp_path):
    telegram = '{"messages": [{"id": 1, "type": "message", "date_unixtime": "1790845200"}]}'
    discord = '{"messages": [{"author": {"name": "Ana"}}]}'
    empty = '{"participants": [], "messages": []}'
    for text in (telegram, discord, empty, "[1]", '[{"timestamp": 1}]', "{}", "[]", "{"):
        (tmp_path / "message_1.json").write_text(text)
        assert not SOURCE.recognises(tmp_path / "message_1.json")


def test_an_export_of_web_pages_says_what_to_do(tmp_path):
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups" / "group_posts_and_comments.html").write_text("<html>")
    with pytest.raises(SourceError, match="choose JSON"):
        SOURCE.recognises(tmp_path)


def test_letters_are_mended_in_names_and_texts(chat):
    assert ("Bo Trân", after(100), "Moi ! Et une théière 🫖") in said(chat[0])
    assert {row["display_name"] for row in chat[0]["members"]} == {"Ana Maury", "Bo Trân", "Zoé Roy"}


@given(st.text(max_size=20))
def test_any_text_that_facebook_spoils_is_read_as_it_was(text):
    whole = text.encode("utf-8", "replace").decode("utf-8")
    assert mended(whole.encode("utf-8").decode("latin-1")) == (whole or None)


def test_messages_of_one_instant_are_two_where_they_say_different_things(chat):
    assert [text for who, at, text in said(chat[0]) if at == after(300)] == [None, "same instant, other words"]


def test_a_message_told_in_two_files_counts_once(chat):
    assert chat[1].repeated == {"message": 1}
    assert sum(text == "Moi ! Et une théière 🫖" for _, _, text in said(chat[0])) == 1


def test_a_message_taken_back_is_deleted_and_has_no_text(chat):
    (gone,) = (row for row in chat[0]["events"] if row.get("deleted_at"))
    assert (gone["occurred_at"], gone["deleted_at"], gone["n_chars"]) == (after(200), after(200), None)
    assert "oops" not in str(chat[0])


def test_reactions_have_their_own_time_where_it_is_told(chat):
    reactions = {row["member_id"]: row for row in chat[0]["events"] if row["kind"] == "reaction"}
    timed, untimed = reactions["facebook:Ana Maury"], reactions["facebook:Zoé Roy"]
    assert (timed["occurred_at"], timed["time_approximate"]) == (after(150), False)
    assert (untimed["occurred_at"], untimed["time_approximate"]) == (after(100), True)
    assert {row["target_member_id"] for row in reactions.values()} == {"facebook:Bo Trân"}


def test_lines_of_the_system_move_members_and_are_no_messages(tmp_path, chat):
    # "You" is the owner of the export, whose name stands beside the line only.
    assert Counter(stays(chat[0])) == Counter(
        [
            ("Zoé Roy", None, after(600), "left"),
            ("Bo Trân", None, after(-30), None),
            ("Zoé Roy", None, after(-30), None),
        ]
    )
    assert (chat[1].tells_joins, chat[1].tells_leaves) == (True, True)
    assert chat[1].dropped == {"system line": 3}
    old = [
        message("x", 1, type="Generic"),  # before Facebook was
        message("Ana left the group.", type="Generic"),  # somebody says so; old exports have a type for it
        message("…", 1790845201000, type="Unsubscribe", users=[{"name": "Bo"}]),
        message("…", 1790845202000, type="Subscribe", users=[{"name": "Gil"}]),
        message("The caller called.", 1790845203000, type="Call", call_duration=3),
    ]
    rows, reading = read(SOURCE, conversation(tmp_path / "m.json", *old))
    assert [(who, reason) for who, _, _, reason in stays(rows)] == [("Bo", "removed"), ("Gil", None)]
    assert [text for _, _, text in said(rows)] == ["Ana left the group."]
    assert len(rows["problems"]) == 1 and reading.dropped == {"system line": 1}


def test_words_of_a_member_are_no_line_of_the_system(tmp_path):
    words = [
        "Bo left the group yesterday",
        "You added sugar to the group photo",
        "I left the group.",
        "Ana set the table",
    ]
    path = conversation(tmp_path / "m.json", *(message(text, 1790845200000 + n) for n, text in enumerate(words)))
    rows, _ = read(SOURCE, path)
    assert [text for _, _, text in said(rows)] == words and not rows["memberships"]


def test_with_several_conversations_a_join_is_no_join_of_the_community(tmp_path):
    conversation(tmp_path / "a.json", message("Ana added Bo to the group."))
    conversation(tmp_path / "b.json", message("tea"), thread_path="inbox/pots_8")
    rows, reading = read(SOURCE, tmp_path)
    assert stays(rows) == [("Bo", "facebook:7", START, None)]
    assert (reading.tells_joins, reading.tells_leaves) == (False, False)


def test_conversations_of_two_are_counted_and_never_kept(export):
    rows, reading = export
    assert reading.dropped["message of a private conversation"] == 1
    assert "private word" not in str(rows)
    assert "facebook:700200" not in {row["group_id"] for row in rows["groups"]}


def test_the_new_encrypted_conversations_are_read(tmp_path):
    told = {
        "participants": ["Ana", "Bo", "Zoé"],
        "threadName": "Tea_12",
        "messages": [{"senderName": "Zoé", "text": "Déjà ?", "timestamp": 1790845200000, "type": "text",
                      "isUnsent": False, "media": [], "reactions": [{"actor": "Bo", "reaction": "❤"}]}],
    }  # fmt: skip
    (tmp_path / "Tea_12.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    rows, _ = read(SOURCE, tmp_path / "Tea_12.json")
    assert said(rows) == [("Zoé", START, "Déjà ?")]
    assert rows["groups"][0]["group_id"] == "facebook:12" and len(rows["events"]) == 2


def test_a_personal_export_tells_its_owners_posts_and_comments(export):
    rows, reading = export
    own = [row for row in rows["events"] if (row["group_id"] or "").startswith("facebook:group:")]
    assert [(row["kind"], row["member_id"], row["group_id"], row["occurred_at"]) for row in own] == [
        ("reply", "facebook:Ana Maury", "facebook:group:Thé & cie", after(86600)),
        ("post", "facebook:Ana Maury", "facebook:group:Thé & cie", after(86400)),
        ("post", "facebook:Ana Maury", "facebook:group:Thé & cie", after(86500)),
    ]
    # told in two lists, counted once; what stands on a page of a friend is nobody's business
    assert (reading.repeated["own comment"], reading.dropped["comment outside of groups"]) == (1, 1)
    assert "birthday" not in str(rows) and "ana@example.org" not in str(rows)
    assert any("what its owner wrote" in note for note in reading.notes)


def test_a_personal_export_covers_nothing_but_its_conversations(export):
    assert [(row["group_id"], row["from_at"], row["to_at"]) for row in export[0]["coverage"]] == [
        ("facebook:700100", after(-60), after(600))
    ]


def test_the_owners_memberships_are_stays_of_groups(export):
    assert [stay for stay in stays(export[0]) if stay[1]] == [
        ("Ana Maury", "facebook:group:Thé & cie", START, None),
        ("Ana Maury", "facebook:group:Old pots", after(90000), "left"),
    ]


def test_posts_alone_are_their_titles_author_or_a_problem(tmp_path):
    told = [
        {"timestamp": 1790845200, "title": title, "data": [{"post": "Tea?"}]}
        for title in ("Ana Maury a publié dans Thé & cie.", "Ana Maury shared a link to the group: Tea.", "Beitrag")
    ]
    (tmp_path / "p.json").write_text(json.dumps({"group_posts": {"activity_log_data": told}}))
    rows, reading = read(SOURCE, tmp_path / "p.json")
    assert {(row["member_id"], row["group_id"]) for row in rows["events"]} == {
        ("facebook:Ana Maury", "facebook:group:Thé & cie")
    }
    assert reading.repeated["own post"] == 1  # the same words in the same second
    assert "profile_information.json" in rows["problems"][0]["why"]


def test_every_record_is_kept_counted_or_told(export):
    rows, reading = export
    kinds = Counter(row["kind"] for row in rows["events"])
    assert kinds == {"post": 8, "reaction": 2, "reply": 1}
    assert reading.read["message"] == 6 + 2 + 3 + 1 + 1  # posts, lines of moves, system, private, unreadable
    assert reading.read["own post"] == 3 and reading.read["own comment"] == 2
    assert [(row["place"], "time" in row["why"]) for row in rows["problems"]] == [("message 6", True), ("post 3", True)]
    assert reading.dropped["file that tells nothing of groups"] == 1


def test_importing_twice_and_parts_in_any_order_give_one_store(tmp_path):
    part = shutil.copytree(ACTIVITY / "groups", tmp_path / "groups")
    for name, order in (("a", (EXPORT, part, EXPORT)), ("b", (part, EXPORT))):
        for path in order:
            store.add(tmp_path / name, SOURCE, path)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_reading_goes_on_in_the_next_file_behind_a_broken_one(tmp_path):
    folder = shutil.copytree(CHAT, tmp_path / "teatable_700100")
    whole = (CHAT / "message_1.json").read_text()
    (folder / "message_1.json").write_text(whole[: whole.index('"content": "oops"')])
    rows, _ = read(SOURCE, folder)
    assert any("rest of the file cannot be read" in row["why"] for row in rows["problems"])
    assert {"Who brings the cups?", "same instant, other words"} <= {text for _, _, text in said(rows)}
    assert {row["group_id"] for row in rows["events"]} == {"facebook:700100"}


@pytest.mark.parametrize("name", ["facebook-members.csv", "facebook-posts.csv"])
def test_the_lists_kept_by_hand_are_understood_without_a_mapping(tmp_path, name):
    (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    rows, reading = read(table.SOURCE, tmp_path / name, platform="facebook", timezone="Europe/Paris")
    assert not rows["problems"] and registry.recognise(tmp_path / name).name == "table"
    assert {row["member_id"] for row in rows["members"]} >= {"facebook:Ana Example"}
    if "members" in name:
        assert (reading.tells_joins, reading.tells_leaves) == (True, True)
    else:
        assert [row["kind"] for row in rows["events"]] == ["post", "reply", "reaction"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LIKELY = st.sampled_from([1790845200000, 1790845200, "Ana", "Ana added Bo to the group.", "You left the group.", "Tea",
                          "Ana posted in Tea.", [{"comment": {"comment": "x", "group": "Tea"}}], [{"post": "x"}],
                          [{"name": "Tea"}], "Subscribe"])  # fmt: skip
KEYS = ("sender_name", "senderName", "timestamp_ms", "timestamp", "content", "text", "type", "users", "reactions",
        "share", "is_unsent", "title", "data")  # fmt: skip
ODD = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | LIKELY))


@QUIET
@given(st.lists(ODD | JSON, max_size=4), st.lists(ODD | JSON, max_size=3), JSON, JSON)
def test_any_json_ends_in_rows_and_problems(tmp_path, messages, records, people, title):
    conversation(tmp_path / "a.json", message(), *messages, title=title, participants=people)
    lists = {"group_posts_v2": [{"timestamp": 1, "title": "x"}, *records], "groups_joined_v2": records}
    (tmp_path / "b.json").write_text(json.dumps(lists))
    _, reading = read(SOURCE, tmp_path)
    assert reading.read["message"] + reading.repeated["message"] == len(messages) + 1


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    files = [CHAT / "message_1.json", ACTIVITY / "groups" / "group_posts_and_comments.json"]
    whole = data.draw(st.sampled_from(files)).read_bytes()
    if data.draw(st.booleans()):
        whole = zipped(CHAT, tmp_path / "w.zip").read_bytes()
    read_damaged(SOURCE, whole, data, tmp_path)


@pytest.mark.parametrize("damage", [b"[" * 5000, b"\xdc", b'"\\ud83d"', b"1e999"])
def test_a_damaged_title_ends_in_rows_and_problems(tmp_path, damage):
    whole = conversation(tmp_path / "m.json", message()).read_bytes()
    (tmp_path / "m.json").write_bytes(whole.replace(b'"Tea"', damage))
    rows, _ = read(SOURCE, tmp_path / "m.json")
    assert [text for _, _, text in said(rows)] == ["tea"]


def test_a_public_conversation_of_two_is_private():
    """Of the MIT fixtures of langchain-community."""
    rows, reading = read(SOURCE, shared("fixtures/langchain/examples/facebook_chat.json"))
    assert reading.read["message"] == reading.dropped["message of a private conversation"] == 11
    assert not rows["events"]
