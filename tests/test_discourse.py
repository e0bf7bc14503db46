"""The Discourse importer, on a small made-up forum told as files, tables and queries, and on a real one."""

import csv
import gzip
import io
import json
import re
import shutil
import urllib.request
from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from fake_exports import content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared, zipped

from workbench import store
from workbench.errors import SourceError
from workbench.sources import discourse, discourse_tables, registry
from workbench.sources.discourse import SOURCE
from workbench.sources.discourse_tables import COLUMNS, QUERY_ROWS

EXPORT = FIXTURES / "discourse"
DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("discourse.md", "discourse-fr.md")
QUERIES = ("users", "posts", "likes", "visits", "flags")


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def by_id(rows, table="events", key="event_id"):
    """The rows by id without the platform; of rows told twice the last, as the store keeps it."""
    return {row[key].removeprefix("discourse:"): row for row in rows[table]}


def counts(rows):
    return {(row["event_id"].removeprefix("discourse:"), row["emoji"]): row["count"] for row in rows["reaction_counts"]}


def post(number, *, topic=8, **more):
    at = f"2026-10-02T10:{number:02}:00.000Z"
    told = {"id": topic * 100 + number, "topic_id": topic, "post_number": number, "user_id": 4, "username": "dora"}
    return told | {"created_at": at, "updated_at": at, "category_id": 6, "raw": f"word {number}"} | more


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, told in files.items():
        (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


# Recognising


def test_folder_and_zip_give_the_same_rows(tmp_path, export):
    made = zipped(EXPORT, tmp_path / "forum.zip")
    assert SOURCE.recognises(EXPORT) and SOURCE.recognises(made)
    again, reading = read(SOURCE, made)
    assert again == export[0]
    assert (reading.read, reading.dropped, reading.notes) == (
        export[1].read,
        export[1].dropped,
        export[1].notes,
    )


@pytest.mark.parametrize(
    "name",
    ["7.json", "posts/103.json", "posts/110.json", "user-list.csv", "staff-action.csv", "likes.json", "visits.csv"],
)
def test_each_kind_of_file_is_recognised_alone_by_its_content(tmp_path, name):
    renamed = tmp_path / "download"
    shutil.copy(EXPORT / name, renamed)
    assert registry.recognise(renamed) is SOURCE


@pytest.mark.parametrize("name", ["report.csv", "posts/note.json", "site.json"])
def test_other_files_are_not_recognised(name):
    assert not SOURCE.recognises(EXPORT / name)


def test_other_exports_are_not_taken_for_a_forum():
    assert not SOURCE.recognises(FIXTURES / "slack")
    assert not SOURCE.recognises(FIXTURES / "stackexchange")
    assert not SOURCE.recognises(FIXTURES / "table" / "posts-us.csv")


# Posts


def test_the_first_post_opens_the_thread_and_all_others_are_replies_in_it(export):
    told = {one: (row["kind"], row["thread_id"]) for one, row in by_id(export[0]).items() if "thread_id" in row}
    seven, eight = "discourse:topic:7", "discourse:topic:8"
    assert told == {
        "topic:7": ("post", seven), "post:102": ("reply", seven), "post:103": ("reply", seven),
        "post:105": ("reply", seven), "post:106": ("reply", seven), "post:107": ("reply", seven),
        "post:110": ("reply", eight), "post:111": ("reply", eight),
    }  # fmt: skip


def test_a_reply_names_the_post_it_answers_and_its_author_though_that_post_comes_later(export):
    told = {one: (row["reply_to"], row["target_member_id"]) for one, row in by_id(export[0]).items() if "post:" in one}
    assert told == {
        "post:102": (None, None),
        "post:103": ("discourse:post:102", "discourse:2"),
        "post:105": ("discourse:post:103", "discourse:3"),
        "post:106": ("discourse:topic:7", "discourse:1"),
        "post:107": ("discourse:topic:7:7", "discourse:1"),  # that post is in no file; its author's name is told
        "post:110": ("discourse:post:111", "discourse:5"),
        "post:111": ("discourse:topic:8", None),
    }


def test_of_two_states_of_a_post_the_one_updated_last_wins_whatever_the_order(tmp_path, export):
    texts = by_id(export[0], "messages")
    assert texts["post:103"]["text"] == "Mine was silent."
    assert texts["post:103"]["observed_at"] == datetime(2026, 10, 1, 10, 40)
    shutil.copy(EXPORT / "posts" / "103.json", tmp_path / "1.json")  # now the later state is read first
    shutil.copy(EXPORT / "7.json", tmp_path / "7.json")
    rows, reading = read(SOURCE, tmp_path)
    assert [row["text"] for row in rows["messages"] if row["event_id"].endswith(":103")] == ["Mine was silent."]
    assert reading.repeated["post"] == 1


def test_deleted_posts_keep_their_author_but_not_their_text(tmp_path, export):
    deleted = by_id(export[0])["post:105"]
    assert (deleted["member_id"], deleted["deleted_at"]) == ("discourse:3", deleted["occurred_at"])
    assert by_id(export[0], "messages")["post:105"]["text"] == ""
    write(tmp_path / "a", one=post(2, deleted_at="2026-10-03T00:00:00Z"))
    rows, _ = read(SOURCE, tmp_path / "a")
    assert rows["events"][0]["deleted_at"] == datetime(2026, 10, 3)


def test_a_post_of_a_deleted_account_has_no_author(export):
    assert by_id(export[0])["post:106"]["member_id"] is None


def test_texts_have_the_title_and_only_the_authors_own_words(export):
    texts = {one: row["text"] for one, row in by_id(export[0], "messages").items()}
    assert texts["topic:7"] == "Whistling kettles\n\nDoes the kettle whistle, @Beno?"
    assert texts["post:102"] == "It does & loudly."
    assert texts["post:110"] == "I crochet, @cleo."
    states = [row["text"] for row in export[0]["messages"] if row["event_id"].endswith(":103")]
    assert states[0] == "Mine is silent.\nkettle"  # no quote, no size of the picture
    assert all(row["n_chars"] in (None, len(texts[one])) for one, row in by_id(export[0]).items() if one in texts)


def test_mentions_are_members_whatever_the_case_of_their_names(export):
    told = {one: row["mentions"] for one, row in by_id(export[0]).items() if row.get("mentions")}
    assert told == {"topic:7": ["discourse:2"], "post:110": ["discourse:3"]}


def test_a_mention_of_somebody_met_later_is_found_and_one_in_a_quote_is_not_the_authors(tmp_path):
    mention = '<a class="mention" href="/u/x">@{}</a>'.format
    quote = f'<aside class="quote"><p>{mention("ava")}</p></aside>'
    late = post(3, user_id=9, username="Late")
    write(tmp_path, a=post(2, cooked=f"{quote}<p>{mention('late')} {mention('nobody')}</p>"), b=late)
    rows, _ = read(SOURCE, tmp_path)
    assert by_id(rows)["post:802"]["mentions"] == ["discourse:9"]


def test_when_too_many_posts_wait_the_rest_is_told_as_far_as_known(tmp_path, monkeypatch):
    monkeypatch.setattr(discourse, "MOST_HELD", 1)
    write(tmp_path, a=post(2, reply_to_post_number=4), b=post(3, reply_to_post_number=4), c=post(4))
    events = by_id(read(SOURCE, tmp_path)[0])
    assert events["post:802"]["reply_to"] == "discourse:post:804"
    assert events["post:803"]["reply_to"] == "discourse:topic:8:4"


def test_accepted_answers_are_answers(export):
    events = by_id(export[0])
    assert events["post:102"]["is_answer"] is True
    assert events["topic:7"]["is_answer"] is None


def test_private_messages_are_counted_and_never_read_into_the_store(tmp_path, export):
    rows, reading = export
    assert reading.dropped["post of a private message"] == 2
    assert "private" not in str(rows) and "Between us" not in str(rows)
    # a post that tells no category belongs to a topic that is known to be private
    told = {key: value for key, value in post(2, topic=9).items() if key != "category_id"}
    shutil.copy(EXPORT / "9.json", write(tmp_path / "a", x=told))
    assert not read(SOURCE, tmp_path / "a")[0]["events"]


def test_posts_that_tell_no_category_are_announced(tmp_path):
    told = {key: value for key, value in post(2).items() if key != "category_id"}
    _, reading = read(SOURCE, write(tmp_path, x=told))
    assert reading.notes[0].startswith("posts that do not tell their category: 1.")


def test_posts_that_a_topic_lists_and_no_file_holds_are_announced(export):
    (note,) = export[1].notes
    assert note.startswith("posts that their topics list, but that are in no file of this export: 1 (topics: 1).")


def test_pages_of_latest_posts_are_read(tmp_path):
    rows, _ = read(SOURCE, write(tmp_path, page={"latest_posts": [post(2), post(3)]}))
    assert sorted(by_id(rows)) == ["post:802", "post:803"]


def test_categories_are_groups_with_their_names(export):
    groups = by_id(export[0], "groups", "group_id")
    assert {one: (row["name"], row["kind"]) for one, row in groups.items()} == {
        "category:5": ("Kettles", "category"),
        "category:6": ("Cosies", "category"),
    }
    assert by_id(export[0])["post:107"]["group_id"] == "discourse:category:5"  # as its topic's first file says


# Likes


def test_likes_are_counted_without_givers_but_for_those_that_the_query_names(export):
    assert counts(export[0]) == {
        ("topic:7", "like"): 1,  # three, of which the query names two
        ("post:102", "like"): 1, ("post:102", "other"): 2,
        ("post:103", "like"): 2,
    }  # fmt: skip
    given = {one: row for one, row in by_id(export[0]).items() if row["kind"] == "reaction"}
    assert {one: (row["member_id"], row["reply_to"], row["target_member_id"]) for one, row in given.items()} == {
        "like:501": ("discourse:4", "discourse:topic:7", "discourse:1"),
        "like:502": ("discourse:1", "discourse:topic:7", "discourse:1"),
    }
    assert given["like:501"]["time_approximate"] is False


def test_likes_that_were_taken_back_are_gone_in_the_later_state(tmp_path):
    like = {"actions_summary": [{"id": 2, "count": 4}]}
    later = post(2, updated_at="2026-10-09T00:00:00Z", actions_summary=[])
    assert counts(read(SOURCE, write(tmp_path, a=post(2, **like), b=later))[0]) == {("post:802", "like"): 0}


# Tables


def test_roles_come_from_the_flags_and_a_negative_id_is_a_bot(export):
    members = by_id(export[0], "members", "member_id")
    assert {one: row["role"] for one, row in members.items()} == {
        "-1": "bot", "1": "staff", "2": "moderator", "3": "member", "4": "member", "5": "member", "6": "member",
        "40": None,
    }  # fmt: skip


def test_the_user_list_dates_joins_and_nothing_private_of_it_is_kept(export):
    rows, reading = export
    members = by_id(rows, "members", "member_id")
    assert members["3"]["joined_at"] == datetime(2026, 9, 3, 7)
    assert members["4"].get("joined_at") is None
    assert members["1"]["attributes"] == {"trust_level": "4", "last_seen_at": "2026-10-03T08:00:00"}
    assert (reading.tells_joins, reading.tells_leaves, reading.tells_visits) == (True, False, True)
    for private in ("example.org", "192.0.2", "Amber", "Lyon"):
        assert private not in str(rows)


def test_without_a_user_list_no_joins_are_told():
    assert read(SOURCE, EXPORT / "7.json")[1].tells_joins is False


def test_accounts_that_never_joined_are_counted_and_a_deactivated_one_has_left_without_a_date(export):
    rows, reading = export
    assert reading.dropped["account never activated"] == 1
    assert reading.dropped["account made for an e-mail's sender, who never joined"] == 1
    stays = by_id(rows, "memberships", "membership_id")
    assert stays["6:deactivated"] == {
        "membership_id": "discourse:6:deactivated", "member_id": "discourse:6", "end_reason": "deactivated",
    }  # fmt: skip


def test_staff_actions_are_moderation_by_name_of_the_account(export):
    told = {row["action"]: row for row in export[0]["moderation"] if row.get("moderator_id") and not row.get("rule")}
    assert (told["ban"]["member_id"], told["ban"]["reason"]) == ("discourse:3", "Spam after two warnings")
    removed = [row for row in export[0]["moderation"] if row["action"] == "remove"]
    assert [(row["member_id"], row["event_id"], row["moderator_id"]) for row in removed] == [
        ("discourse:5", "discourse:post:111", "discourse:1"),
        ("discourse:1", "discourse:topic:7", "discourse:2"),
    ]
    gone = by_id(export[0], "memberships", "membership_id")["40:deleted"]
    assert (gone["end_at"], gone["end_reason"]) == (datetime(2026, 10, 4, 12), "deleted")


def test_a_suspension_told_by_the_user_list_and_by_the_staff_actions_counts_once(export):
    bans = [row for row in export[0]["moderation"] if row["action"] == "ban"]
    assert len(bans) == 2 and len({row["action_id"] for row in bans}) == 1


def test_a_suspension_that_ends_is_no_ban(tmp_path):
    shutil.copy(EXPORT / "staff-action.csv", tmp_path)
    text = (EXPORT / "user-list.csv").read_text(encoding="utf-8").replace("3026-10-04", "2026-12-04")
    (tmp_path / "user-list.csv").write_text(text, encoding="utf-8")
    rows, _ = read(SOURCE, tmp_path)
    assert {row["action"] for row in rows["moderation"] if "suspended" in row["action_id"]} == {"mute"}


def test_staff_actions_without_the_user_list_ask_for_it():
    rows, reading = read(SOURCE, EXPORT / "staff-action.csv")
    assert not rows["moderation"]
    whys = Counter(row["why"] for row in rows["problems"])
    assert len(whys) == 1 and "give the user list and the staff actions together" in next(iter(whys))
    assert whys.total() + reading.dropped.total() + len(rows["memberships"]) == reading.read["staff action"]


def test_visits_are_at_noon_and_flags_have_their_reason(export):
    visit = by_id(export[0])["visit:6:2026-10-04"]
    assert (visit["occurred_at"], visit["time_approximate"]) == (datetime(2026, 10, 4, 12), True)
    (flag,) = (row for row in export[0]["moderation"] if row["action"] == "flag")
    assert (flag["member_id"], flag["moderator_id"], flag["rule"]) == ("discourse:3", "discourse:2", "spam")
    assert export[1].dropped["flag on a post of a deleted account"] == 1


def test_a_user_list_packed_by_gzip_is_read_alone_and_in_a_folder(tmp_path, export):
    packed = tmp_path / "user-list.csv.gz"
    packed.write_bytes(gzip.compress((EXPORT / "user-list.csv").read_bytes()))
    assert SOURCE.recognises(packed) and SOURCE.recognises(tmp_path)
    listed = [row for row in export[0]["members"] if row.get("joined_at")]
    for path in (packed, tmp_path):
        assert read(SOURCE, path)[0]["members"] == listed


def test_of_two_user_lists_the_last_one_is_right(tmp_path):
    text = (EXPORT / "user-list.csv").read_text(encoding="utf-8")
    (tmp_path / "user-list-261001.csv").write_text(text, encoding="utf-8")
    (tmp_path / "user-list-261101.csv").write_text(text.replace(",beno,", ",benoit,"), encoding="utf-8")
    rows, reading = read(SOURCE, tmp_path)
    assert by_id(rows, "members", "member_id")["2"]["display_name"] == "benoit"
    assert reading.repeated["user"] == 7


def test_a_packed_table_that_is_a_bomb_or_breaks_off_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(discourse_tables, "UNPACKED_SMALL", 1 << 16)
    start = (EXPORT / "user-list.csv").read_bytes()
    bomb, broken = tmp_path / "bomb.csv.gz", tmp_path / "broken.csv.gz"
    bomb.write_bytes(gzip.compress(start + b"10,,,,\n" * 100_000))
    broken.write_bytes(gzip.compress(start * 50)[:-20])
    assert "unpacks to more than" in read(SOURCE, bomb)[0]["problems"][-1]["why"]
    assert "cannot be unpacked" in read(SOURCE, broken)[0]["problems"][-1]["why"]


def test_a_result_that_was_probably_cut_says_how_to_go_on(tmp_path):
    rows = [[number, 1, "2026-10-04"] for number in range(1, QUERY_ROWS[0] + 1)]
    visits = {"columns": COLUMNS["query: visits"], "rows": rows}
    _, reading = read(SOURCE, write(tmp_path, visits=visits))
    assert reading.notes == [
        "visits.json holds exactly 1,000 rows, so it was probably cut: run the query again with after = 1000 and "
        "import that result too"
    ]
    _, reading = read(SOURCE, write(tmp_path, visits=visits | {"rows": rows[:-1]}))
    assert reading.notes == []


# Nothing is lost


def test_every_record_is_kept_repeated_dropped_or_a_problem(export):
    rows, reading = export
    assert reading.read == {
        "post": 12, "user": 7, "category": 2, "like": 2, "visit": 2, "flag": 2, "staff action": 6,
    }  # fmt: skip
    assert reading.repeated == {"post": 1}
    posts = sum(row["kind"] in ("post", "reply") for row in by_id(rows).values())
    dropped = sum(number for why, number in reading.dropped.items() if why.startswith("post "))
    assert posts + dropped + sum(row["file"] == "7.json" for row in rows["problems"]) == reading.read["post"]
    assert {(row["file"], row["place"]) for row in rows["problems"]} == {
        ("7.json", "post 7"), ("user-list.csv", "line 8"), ("staff-action.csv", "line 20"),
    }  # fmt: skip
    assert reading.dropped["file of another kind"] == 2


def test_coverage_runs_from_the_first_to_the_last_post_like_or_visit(export):
    assert export[0]["coverage"] == [
        {
            "platform": "discourse", "group_id": "",
            "from_at": datetime(2026, 10, 1, 8), "to_at": datetime(2026, 10, 4, 12),
        }
    ]  # fmt: skip
    assert not read(SOURCE, EXPORT / "user-list.csv")[0]["coverage"]


def test_two_forums_keep_apart_when_a_platform_is_given():
    rows, _ = read(SOURCE, EXPORT, platform="tea")
    assert {row["event_id"].partition(":")[0] for row in rows["events"]} == {"tea"}
    assert {row["platform"] for row in rows["members"]} == {"tea"}


@pytest.mark.parametrize("backwards", [False, True])
def test_overlapping_exports_give_the_same_store_in_any_order(tmp_path, backwards):
    parts = {
        "one": ("user-list.csv", "7.json", "site.json"),
        "two": ("7.json", "7.posts-20.json", "posts/103.json", "likes.json"),
        "three": ("user-list.csv", "staff-action.csv", "visits.csv", "posts/111.json"),
    }
    for part, files in parts.items():
        for file in files:
            (tmp_path / part).mkdir(exist_ok=True)
            shutil.copy(EXPORT / file, tmp_path / part / Path(file).name)
    for community, order in (("a", parts), ("b", reversed(parts) if backwards else [*parts, *parts])):
        for part in order:
            store.add(tmp_path / community, SOURCE, tmp_path / part)
    assert content(tmp_path / "a") == content(tmp_path / "b")


# The same conversation told in every way


CONVERSATION = [
    post(1, cooked="<p>Which cosy?</p>", raw="Which cosy?", topic_title="Tea cosies"),
    post(2, user_id=5, username="emil", raw="Felt.", cooked="<p>Felt.</p>", moderator=True),
    post(3, user_id=6, username="flo", raw="Wool, @emil", cooked="<p>Wool, @emil</p>", reply_to_post_number=2),
    post(4, raw="Thanks", cooked="<p>Thanks</p>", reply_to_post_number=3),
]


def told_by(rows):
    kept = ("member_id", "kind", "group_id", "thread_id", "reply_to", "target_member_id", "occurred_at", "observed_at")
    events = {one: {key: row.get(key) for key in kept} for one, row in by_id(rows).items()}
    return events, {one: row["text"] for one, row in by_id(rows, "messages").items()}


def test_topics_and_single_posts_and_queries_tell_the_same(tmp_path):
    expected = told_by(read(SOURCE, write(tmp_path / "single", **{f"p{one['id']}": one for one in CONVERSATION}))[0])
    assert expected[0]["post:804"] == {
        "member_id": "discourse:4", "kind": "reply", "group_id": "discourse:category:6",
        "thread_id": "discourse:topic:8", "reply_to": "discourse:post:803", "target_member_id": "discourse:6",
        "occurred_at": datetime(2026, 10, 2, 10, 4), "observed_at": datetime(2026, 10, 2, 10, 4),
    }  # fmt: skip
    assert expected[1]["topic:8"] == "Tea cosies\n\nWhich cosy?"

    left_out = ("category_id", "raw", "topic_title")
    posts = [{key: value for key, value in one.items() if key not in left_out} for one in CONVERSATION]
    topic = {"post_stream": {"posts": posts}, "id": 8, "title": "Tea cosies", "category_id": 6, "archetype": "regular"}
    assert told_by(read(SOURCE, write(tmp_path / "topic", t=topic))[0]) == expected

    for name in ("posts.json", "posts.csv"):
        path = tmp_path / name
        path.write_text(run_queries(forum(CONVERSATION), name.partition(".")[2])["posts"], encoding="utf-8")
        assert told_by(read(SOURCE, path)[0]) == expected


def documented(page, language):
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def forum(posts):
    """The tables of a forum's database as far as the queries ask for them."""
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE users (id BIGINT, username TEXT, created_at TIMESTAMP, last_seen_at TIMESTAMP, trust_level INT,
            admin BOOL, moderator BOOL, staged BOOL, active BOOL, suspended_at TIMESTAMP, suspended_till TIMESTAMP);
        CREATE TABLE invites (id INT, invited_by_id INT);
        CREATE TABLE invited_users (user_id INT, invite_id INT, redeemed_at TIMESTAMP);
        CREATE TABLE categories (id INT, name TEXT);
        CREATE TABLE topics (id INT, archetype TEXT, category_id INT, title TEXT, deleted_at TIMESTAMP);
        CREATE TABLE posts (id INT, topic_id INT, post_number INT, user_id INT, created_at TIMESTAMP,
            updated_at TIMESTAMP, deleted_at TIMESTAMP, user_deleted BOOL, reply_to_post_number INT, raw TEXT,
            post_type INT);
        CREATE TABLE post_actions (id INT, created_at TIMESTAMP, user_id INT, post_id INT, post_action_type_id INT,
            deleted_at TIMESTAMP);
        CREATE TABLE user_visits (id INT, user_id INT, visited_at DATE);
        INSERT INTO users VALUES
            (-1, 'system', '2026-08-01', NULL, 4, true, true, false, true, NULL, NULL),
            (4, 'dora', '2026-09-01', '2026-10-02', 2, false, false, false, true, NULL, NULL),
            (5, 'emil', '2026-09-02', '2026-10-02', 3, false, true, false, true, NULL, NULL),
            (6, 'flo', '2026-09-03', '2026-10-02', 0, false, false, false, true, '2026-10-05', '3026-10-05');
        INSERT INTO invites VALUES (1, 4);
        INSERT INTO invited_users VALUES (6, 1, '2026-09-03');
        INSERT INTO categories VALUES (6, 'Cosies');
        INSERT INTO topics VALUES (8, 'regular', 6, 'Tea cosies', NULL), (9, 'private_message', NULL, 'Us', NULL);
        INSERT INTO posts VALUES (900, 9, 1, 4, '2026-10-03', '2026-10-03', NULL, false, NULL, 'private', 1),
            (805, 8, 5, 5, '2026-10-03', '2026-10-03', NULL, false, NULL, 'closed', 3);
        INSERT INTO post_actions VALUES
            (1, '2026-10-02 11:00', 6, 801, 2, NULL), (2, '2026-10-02 12:00', 5, 803, 8, NULL),
            (3, '2026-10-02 13:00', 6, 801, 1, NULL), (4, '2026-10-02 13:00', 6, 802, 2, '2026-10-02'),
            (5, '2026-10-03 13:00', 6, 900, 2, NULL), (6, '2026-10-03 13:00', 6, 900, 8, NULL);
        INSERT INTO user_visits VALUES (1, 6, '2026-10-04');
    """)  # fmt: skip
    columns = ("id", "topic_id", "post_number", "user_id", "created_at", "updated_at")
    for one in posts:
        values = [*(one[column] for column in columns), None, False, one.get("reply_to_post_number"), one["raw"], 1]
        connection.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return connection


def run_queries(database, form="json"):
    """The results of the documented queries as Data Explorer gives them."""
    results = {}
    for name, query in zip(QUERIES, documented(PAGES[0], "sql"), strict=True):
        default = re.search(r"^-- bigint :after = (-?\d+)$", query, re.MULTILINE)[1]
        asked = f"WITH query AS (\n{query.replace(':after', default)}\n) SELECT * FROM query LIMIT 10000"
        found = database.execute(asked)
        columns = [column[0] for column in found.description]
        rows = [[str(value) if hasattr(value, "year") else value for value in row] for row in found.fetchall()]
        if form == "json":
            results[name] = json.dumps({"success": True, "columns": columns, "relations": {}, "rows": rows})
        else:
            text = io.StringIO()
            written = [[str(value).lower() if isinstance(value, bool) else value for value in row] for row in rows]
            csv.writer(text).writerows([columns, *written])
            results[name] = text.getvalue()
    return results


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_results_of_the_documented_queries_are_read_and_hold_nothing_private(tmp_path, form):
    for name, result in run_queries(forum(CONVERSATION), form).items():
        (tmp_path / f"{name}.{form}").write_text(result, encoding="utf-8")
    rows, reading = read(SOURCE, tmp_path)
    assert reading.read == {"user": 4, "post": 4, "like": 1, "visit": 1, "flag": 1}
    assert rows["problems"] == [] and not reading.dropped and "private" not in str(rows)
    events, members = by_id(rows), by_id(rows, "members", "member_id")
    assert sorted(events) == ["like:1", "post:802", "post:803", "post:804", "topic:8", "visit:6:2026-10-04"]
    assert events["post:803"]["mentions"] == ["discourse:5"]
    assert (members["6"]["invited_by"], members["6"]["join_source"]) == ("discourse:4", "invite")
    assert {one: row["role"] for one, row in members.items()} == {
        "-1": "bot", "4": "member", "5": "moderator", "6": "member",
    }  # fmt: skip
    assert {row["action"]: row["member_id"] for row in rows["moderation"]} == {
        "ban": "discourse:6",
        "flag": "discourse:6",
    }
    assert [row["name"] for row in rows["groups"]] == ["Cosies"]


def test_the_documented_queries_have_the_columns_that_are_read_and_no_semicolon():
    for name, query in zip(QUERIES, documented(PAGES[0], "sql"), strict=True):
        (found,) = (forum([]).execute(query.replace(":after", "0")),)
        assert tuple(column[0] for column in found.description) == COLUMNS[f"query: {name}"]
        assert ";" not in query  # Data Explorer refuses it


@pytest.mark.parametrize("language", ["sql", "python"])
def test_both_languages_of_the_docs_give_the_same_queries_and_program(language):
    assert documented(PAGES[0], language) == documented(PAGES[1], language)


def test_the_documented_program_fetches_every_post(tmp_path, monkeypatch):
    posts = [post(number, user_id=4) for number in range(1, 46)]
    ids = [one["id"] for one in posts]

    def answer(request):
        path, _, asked = request.full_url.removeprefix("https://forum.example.org").partition("?")
        if path == "/site.json":
            told = {"categories": [{"id": 6, "name": "Cosies"}]}
        elif path == "/latest.json":
            told = {"topic_list": {"topics": [{"id": 8}] if asked.endswith("page=0") else []}}
        elif path == "/t/8.json":
            told = {"post_stream": {"posts": posts[:20], "stream": ids}, "id": 8, "category_id": 6, "title": "Cosies"}
        else:
            wanted = {int(one) for one in re.findall(r"post_ids\[\]=(\d+)", asked)}
            told = {"post_stream": {"posts": [one for one in posts if one["id"] in wanted]}, "id": 8}
        return io.BytesIO(json.dumps(told).encode())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.chdir(tmp_path)
    exec(documented(PAGES[0], "python")[0], {})
    rows, reading = read(SOURCE, tmp_path / "discourse-export")
    assert (reading.read["post"], reading.repeated["post"], reading.notes) == (45, 0, [])
    assert {row["group_id"] for row in rows["events"]} == {"discourse:category:6"}


# Anything may come


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("user_id", "username", "updated_at", "reply_to_post_number", "reply_to_user", "cooked", "raw", "deleted_at",
        "user_deleted", "accepted_answer", "actions_summary", "reactions", "category_id", "post_type", "admin",
        "topic_title")  # fmt: skip
ODD_POST = st.fixed_dictionaries(
    {
        "id": st.integers(1, 5) | JSON,
        "topic_id": st.integers(1, 2) | JSON,
        "post_number": st.integers(1, 5) | JSON,
        "created_at": st.just("2026-10-01T08:00:00Z") | JSON,
    },
    optional=dict.fromkeys(KEYS, JSON | st.sampled_from([2, [{"id": 2, "count": 3}], [{"count": 2**70}]])),
)
DOCUMENTS = (
    st.fixed_dictionaries(
        {"post_stream": st.fixed_dictionaries({}, optional={"posts": st.lists(ODD_POST, max_size=4) | JSON})},
        optional={"id": st.integers(1, 2) | JSON, "category_id": JSON, "archetype": JSON, "title": JSON},
    )
    | ODD_POST
    | st.fixed_dictionaries({"latest_posts": JSON})
    | st.fixed_dictionaries({"categories": JSON})
    | JSON
)
QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(st.lists(DOCUMENTS, min_size=1, max_size=4))
def test_any_json_ends_in_rows_and_problems(tmp_path, documents):
    folder = tmp_path / "export"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
    SOURCE.recognises(folder)
    rows, reading = read(SOURCE, folder)
    kept = {row["event_id"] for row in rows["events"]}
    assert len(kept) <= reading.read["post"]


@QUIET
@given(st.sampled_from([kind for kind in COLUMNS if kind.startswith("query")]), st.lists(st.lists(JSON, max_size=20)))
def test_any_result_of_a_query_ends_in_rows_and_problems(tmp_path, kind, rows):
    columns = COLUMNS[kind]
    rows = [(row + [1] * len(columns))[: len(columns)] if len(row) % 2 else row for row in rows]
    _, reading = read(SOURCE, write(tmp_path, result={"columns": columns, "rows": rows}))
    assert reading.read.total() + reading.repeated.total() <= len(rows)


@QUIET
@given(st.sampled_from([*COLUMNS]), st.lists(st.lists(st.text(max_size=8), max_size=20), max_size=6), st.text())
def test_any_table_of_text_ends_in_rows_and_problems(tmp_path, kind, rows, tail):
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([COLUMNS[kind], *rows])
        file.write(tail)
    assert SOURCE.recognises(path)
    read(SOURCE, path)


@QUIET
@given(st.data())
def test_a_damaged_export_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    """In a folder no checksum protects the files, so the damage reaches the readers."""
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXPORT, folder)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
        for _ in range(data.draw(st.integers(0, 2))):
            if cut:
                cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        file.write_bytes(cut)
    made = zipped(folder, tmp_path / "damaged.zip")
    bytes_of_zip = bytearray(made.read_bytes())
    bytes_of_zip[data.draw(st.integers(0, len(bytes_of_zip) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    made.write_bytes(bytes_of_zip)
    for path in (folder, made):
        try:
            if SOURCE.recognises(path):
                read(SOURCE, path)
        except SourceError as error:
            assert path.name in str(error)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"post_stream":' * 50_000, '{"post_stream": {"posts": [' + "[" * 99_999]
)
def test_nesting_without_end_is_a_problem(tmp_path, text):
    (tmp_path / "deep.json").write_text(text)
    rows, _ = read(SOURCE, tmp_path)
    assert "not valid JSON" in rows["problems"][0]["why"]


@pytest.mark.parametrize(
    "piece", ["<aside>", "</aside>", "<aside ", '<div class="meta">', '<a class="mention">@', "@a."]
)
def test_posts_made_to_be_slow_are_not(tmp_path, piece):
    told = post(2, cooked=piece * 50_000), post(3, raw=piece * 50_000), post(4, raw="[quote" * 50_000)
    rows, _ = read(SOURCE, write(tmp_path, **{f"p{one['id']}": one for one in told}))
    assert len(rows["events"]) == 3  # minutes, where the time grows with the square of the length


@given(st.text(alphabet="ab <>[]/quote="))
def test_text_outside_of_quotes_is_kept(text):
    quoted = '[quote="ava, post:1"]not mine[/quote]'
    if "quote" not in text:
        assert discourse._without(discourse._QUOTE, f"{text}{quoted}{text}") == text + text


def test_the_real_forum_imports_completely():
    """4,661 posts in 635 topics by 460 accounts, 2,325 answers to a particular post, 64 states met again. The posts of
    people have 2,444 likes; the forum's own bot has one."""
    rows, reading = read(SOURCE, shared("discourse-delving.zip"))
    events = by_id(rows)
    assert (reading.read["post"], reading.repeated["post"]) == (4_661, 64)
    assert len(events) == 4_661 and rows["problems"] == [] and not reading.dropped and not reading.notes
    assert len({row["thread_id"] for row in events.values()}) == 635
    assert len({row["member_id"] for row in events.values()}) == len(rows["members"]) == 460
    assert sum(row["reply_to"] is not None for row in events.values()) == 2_325
    bots = {row["member_id"] for row in rows["members"] if row["role"] == "bot"}
    likes = {one: count for (one, emoji), count in counts(rows).items() if emoji == "like"}
    assert sum(likes.values()) == 2_445
    assert sum(count for one, count in likes.items() if events[one]["member_id"] not in bots) == 2_444
