"""The Stack Exchange importer, on a small made-up dump told as files, and on the sample."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared, zipped

from workbench.errors import SourceError
from workbench.sources.html import plain_text
from workbench.sources.stackexchange import MOST_HELD, SOURCE, _Growing

DUMP = FIXTURES / "stackexchange"
SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "meta-history.zip"


@pytest.fixture(scope="module")
def dump():
    return read(SOURCE, DUMP)


def by_id(rows, table="events", key="event_id"):
    return {row[key].removeprefix("stackexchange:"): row for row in rows[table]}


def test_folder_and_zip_give_the_same_rows_and_no_other_folder_is_recognised(tmp_path, dump):
    made = zipped(DUMP, tmp_path / "dump.zip", top="tea.stackexchange.com/")
    assert SOURCE.recognises(DUMP) and SOURCE.recognises(made)
    again = read(SOURCE, made)[0]
    for table in set(dump[0]) - {"problems"}:
        assert again[table] == dump[0][table]
    assert not SOURCE.recognises(FIXTURES / "slack")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "Posts.xml").write_text("<wordpress><posts/></wordpress>")
    assert not SOURCE.recognises(tmp_path / "other" / "Posts.xml")


def test_questions_open_threads_answers_and_comments_reply_in_them(dump):
    events = by_id(dump[0])
    told = {
        one: (row["kind"], row["thread_id"], row.get("reply_to"), row.get("target_member_id"))
        for one, row in events.items()
    }
    one, two, six = (f"stackexchange:post:{number}" for number in (1, 3, 6))
    ava, beno = "stackexchange:1", "stackexchange:2"
    assert told == {
        "post:1": ("post", one, None, None),
        "post:2": ("reply", one, one, ava),
        "post:3": ("reply", one, one, ava),
        "post:5": ("reply", six, six, "stackexchange:-1"),
        "post:6": ("post", six, None, None),
        "comment:7": ("reply", one, two, beno),
        "comment:8": ("reply", one, one, ava),
        "comment:9": ("reply", None, "stackexchange:post:99", None),
    }


def test_the_first_tag_of_a_question_is_the_group_of_its_whole_thread(dump):
    groups = {one: row["group_id"] for one, row in by_id(dump[0]).items()}
    tea, cups = "stackexchange:tag:tea", "stackexchange:tag:cups"
    assert groups == {
        "post:1": tea, "post:2": tea, "post:3": tea, "post:5": cups, "post:6": cups,
        "comment:7": tea, "comment:8": tea, "comment:9": None,
    }  # fmt: skip
    assert [(row["name"], row["kind"]) for row in dump[0]["groups"]] == [("tea", "tag"), ("cups", "tag")]


def test_accepted_answers_are_answers_even_when_their_question_comes_later(dump):
    answers = {one: row["is_answer"] for one, row in by_id(dump[0]).items() if "is_answer" in row}
    assert answers == {"post:2": False, "post:3": True, "post:5": True}


def test_deleted_accounts_have_no_author_and_the_community_user_is_a_bot(dump):
    events, members = by_id(dump[0]), by_id(dump[0], "members", "member_id")
    assert events["post:2"]["member_id"] is events["comment:8"]["member_id"] is None
    assert {one: row["role"] for one, row in members.items()} == {"-1": "bot", "1": "member", "2": "member", "42": None}


def test_users_join_on_their_creation_date_and_nothing_private_is_kept(dump):
    rows, reading = dump
    ava = by_id(rows, "members", "member_id")["1"]
    assert ava["joined_at"] == datetime(2026, 9, 1, 9)
    assert ava["attributes"] == {"last_access_at": "2026-10-04T10:00:00"}
    assert (reading.tells_joins, reading.tells_leaves) == (True, False)
    assert "Lyon" not in str(rows) and "private" not in str(rows) and "user9" not in str(rows)


def test_texts_are_plain_with_title_and_readable_code(dump):
    texts = {one: row["text"] for one, row in by_id(dump[0], "messages").items()}
    assert texts["post:1"] == "How do I brew tea?\n\nI tried boil().\nif hot:\n    pour()"
    assert texts["post:3"] == "At 80 °C & no hotter."
    assert texts["comment:7"] == "Thank you <3"
    assert all(by_id(dump[0])[one]["n_chars"] == len(text) for one, text in texts.items())


def test_badges_are_rewards_in_the_log(dump):
    assert dump[0]["log"] == [
        {
            "entry_id": "stackexchange:badge:1", "noted_at": datetime(2026, 10, 1, 12, 5), "kind": "reward",
            "member_id": "stackexchange:2", "note": "Teacher",
        }
    ]  # fmt: skip


def test_every_row_is_kept_repeated_dropped_or_a_problem(dump):
    rows, reading = dump
    assert reading.read == {"user": 4, "post": 6, "comment": 3, "badge": 1}
    assert reading.repeated == {"post": 1}
    assert reading.dropped == {"post that is a tag wiki": 1, "file not read: Votes.xml": 1}
    (told,) = rows["problems"]
    assert (told["file"], told["place"]) == ("Users.xml", "row 4")
    assert "CreationDate = 'long ago' is no time" in told["why"]


def test_coverage_runs_from_the_first_to_the_last_record_of_any_kind(dump):
    assert dump[0]["coverage"] == [
        {
            "platform": "stackexchange", "group_id": "",
            "from_at": datetime(2026, 9, 1, 8), "to_at": datetime(2026, 10, 4, 14),
        }
    ]  # fmt: skip


def test_two_sites_keep_apart_when_a_platform_is_given():
    rows, _ = read(SOURCE, DUMP, platform="tea")
    assert {row["event_id"].partition(":")[0] for row in rows["events"]} == {"tea"}
    assert {row["platform"] for row in rows["members"]} == {"tea"}


def test_a_file_that_breaks_off_keeps_its_rows_and_says_where(tmp_path):
    text = (DUMP / "Posts.xml").read_text(encoding="utf-8")
    (tmp_path / "Posts.xml").write_text(text[: text.index('<row Id="4"') + 20], encoding="utf-8")
    rows, _ = read(SOURCE, tmp_path)
    assert sorted(by_id(rows)) == ["post:1", "post:2", "post:3"]
    (told,) = rows["problems"]
    assert (told["file"], told["place"]) == ("Posts.xml", "after row 3")


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE posts [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE posts [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_never_expanded(tmp_path, head):
    row = '<row Id="1" PostTypeId="1" CreationDate="2026-10-01T10:00:00" Title="&b;" Body="&a;" />'
    (tmp_path / "Posts.xml").write_text(f"{head}<posts>{row}</posts>")
    rows, _ = read(SOURCE, tmp_path)
    assert not rows["events"]
    assert "declares entities of its own" in rows["problems"][0]["why"]


def test_nesting_without_end_is_refused(tmp_path):
    (tmp_path / "Posts.xml").write_text("<posts>" + "<row>" * 100_000)
    rows, _ = read(SOURCE, tmp_path)
    assert "nested more than" in rows["problems"][0]["why"]


def test_answers_without_question_are_held_back_only_up_to_a_limit(tmp_path):
    row = '<row Id="{}" PostTypeId="2" ParentId="0" CreationDate="2026-10-01T10:00:00" Body="a" />'
    answers = "".join(map(row.format, range(1, MOST_HELD + 11)))
    (tmp_path / "Posts.xml").write_text(f"<posts>{answers}</posts>")
    rows, _ = read(SOURCE, tmp_path)
    assert len(rows["events"]) == MOST_HELD + 10
    assert rows["events"][0]["event_id"] == f"stackexchange:post:{MOST_HELD + 1}"


@given(st.lists(st.integers(-5, 30)))
def test_growing_numbers_are_a_dictionary(keys):
    growing, oracle = _Growing(1), {}
    for value, key in enumerate(keys):
        if key not in oracle:
            growing.add(key, value)
            oracle[key] = (value,)
    assert [growing.get(key) for key in range(-6, 32)] == [oracle.get(key) for key in range(-6, 32)]


@given(st.text() | st.text(alphabet="<>/!-&;pre code='\"\n[]?"))
def test_any_body_has_a_text(body):
    assert isinstance(plain_text(body), str)


@given(st.text(alphabet="ab<>&é'\" ", min_size=1))
def test_escaped_text_survives_as_it_was_but_for_white_space(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain_text(f"<p>{escaped}</p>").split() == text.split()


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<", "<![CDATA[", "&#9", "<p>", "<img alt='"])
def test_bodies_made_to_be_slow_are_not(piece):
    plain_text(piece * 100_000)  # minutes, where the time grows with the square of the length


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_dump_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    """In a folder no checksum protects the XML, so the damage reaches the parser."""
    for file in DUMP.glob("*.xml"):
        whole = file.read_bytes()
        cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
        for _ in range(data.draw(st.integers(0, 3))):
            if cut:
                cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        (tmp_path / file.name).write_bytes(cut)
    made = zipped(tmp_path, tmp_path.with_suffix(".zip"))
    for path in (tmp_path, made):
        try:
            if SOURCE.recognises(path):
                read(SOURCE, path)
        except SourceError as error:
            assert path.name in str(error)


def test_the_sample_tells_the_whole_dump_without_what_is_private():
    rows, reading = read(SOURCE, SAMPLE)
    assert reading.read == {"user": 2_295, "post": 1_657, "comment": 3_454, "badge": 4_931}
    kinds = Counter(row["kind"] for row in rows["events"])
    assert kinds == {"post": 556, "reply": 1_095 + 3_454}
    assert sum(row.get("is_answer") or False for row in rows["events"]) == 181
    assert (len(rows["log"]), rows["problems"]) == (4_931, [])


def test_the_sample_gives_the_same_rows_as_the_official_dump():
    whole = read(SOURCE, shared("stackexchange-history-meta.zip"))[0]
    assert read(SOURCE, SAMPLE)[0] == whole
