"""Discourse export: topics and posts as the API gives them, user list, staff actions, results of Data Explorer."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive, decode, load_json, load_list
from workbench.sources.discourse_forum import Forum, instant, is_true, whole
from workbench.sources.discourse_tables import header, kind_of, read_table, records
from workbench.sources.html import plain_text
from workbench.sources.json_stream import clean
from workbench.sources.streams import open_files

REGULAR = 1
OTHER_POSTS = {2: "moderator's action", 3: "system line", 4: "whisper among staff"}
LIKE = 2
LOOKED_AT = 20
MOST_HELD = 20_000
"""Posts kept back until the post or the account that they name is met."""

_HEAD = 1 << 18
_TOPIC, _COLUMNS = re.compile(r'"post_stream"\s*:\s*\{'), re.compile(r'"columns"\s*:\s*(\[[^\[\]]*\])')
_POST = [re.compile(rf'"{key}"\s*:') for key in ("topic_id", "post_number", "post_type|cooked|raw")]
_ASIDE = re.compile(r"<(/?)aside\b[^<>]*+>")
_QUOTE = re.compile(r"\[(/?)quote\b[^\[\]]*+\]")
_MENTION = re.compile(r'<a class="mention"[^<>]*+>@([^<>\s]++)</a>')
_MENTION_IN_RAW = re.compile(r"(?<![\w/`@.])@([\w][\w.-]*\w|\w)")

_Fields = Mapping[str, Any]


def recognises(path: Path) -> bool:
    """Whether a file, or one of the first files of a folder or archive, is a topic, a post, a user list, a list of
    staff actions, or a result of one of the documented queries."""
    with open_files(path) as archive:
        tables = [name for name in archive.names if _is_table(archive, name)]
        files = [name for name in archive.names if name.lower().endswith(".json") or len(archive.names) == 1]
        return any(kind_of(header(archive, name)) for name in tables[:LOOKED_AT]) or any(
            _looks_right(archive, name) for name in files[:LOOKED_AT]
        )


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the export, a file at a time; of posts only ids, places, authors and times are held.

    Posts of type 1 are contributions: the first of a topic opens its thread, the others are replies in it, answering
    the post that they say they answer, if any. Moderators' actions, system lines and whispers are counted as dropped,
    as is what stands in private messages. A post counts once; the state updated last wins, of equal ones the one
    read last. A deleted post (by staff, or `user_deleted` by its author) is an event with `deleted_at` and an
    empty text. Quotes and previews of links are not the author's words and are left out of the text.

    The export counts the likes of a post but does not name the givers: `reaction_counts` has them as "like", and what
    the reactions plugin counts beyond them as "other". The query for likes names them; those are events.

    A negative id is a bot, `admin` is staff, `moderator` a moderator. Joins are the dates of accounts in a user list;
    departures are told by staff only, for accounts that they deleted or made anonymous. Coverage runs from the first
    to the last post, like or visit.
    """
    platform = reading.platform = reading.platform or "discourse"
    with open_files(path) as archive:
        forum = _Reader(Forum(platform, reading))
        tables = {name: kind_of(header(archive, name)) for name in archive.names if _is_table(archive, name)}
        for name in _in_order(archive.names, tables):
            if tables.get(name):
                yield from read_table(forum.forum, name, tables[name], records(archive, name), forum.posted(name))
            elif name.lower().endswith(".json") or len(archive.names) == 1:
                yield from forum.document(archive, name)
            else:
                reading.dropped["file of another kind"] += 1
        yield from forum.rest()


SOURCE = Source("discourse", "Discourse topics, posts, user list (JSON, CSV; file, folder or zip)", recognises, read)


def _is_table(archive: Archive, name: str) -> bool:
    if name.lower().endswith((".csv", ".gz")):
        return True
    if len(archive.names) > 1:
        return False
    with archive.open(name) as stream:
        return not stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def _in_order(names: tuple[str, ...], tables: dict[str, str | None]) -> list[str]:
    """User lists first, for the names in posts; staff actions last, for they name accounts and posts."""
    rank = {"user list": 0, "query: users": 0, "staff actions": 2}
    return sorted(names, key=lambda name: (rank.get(tables.get(name) or "", 1), name))


def _looks_right(archive: Archive, name: str) -> bool:
    try:
        with archive.open(name) as stream:
            head = decode(stream.read(_HEAD))
    except SourceError:
        return False
    if not head.lstrip().startswith("{"):
        return False
    if _TOPIC.search(head) or all(key.search(head) for key in _POST):
        return True
    columns = _COLUMNS.search(head)
    try:
        return bool(columns and kind_of(json.loads(columns[1])))
    except ValueError:
        return False


class _Reader:
    """Posts on their way to rows: what waits for a post or an account, and what topics say that they hold."""

    def __init__(self, forum: Forum):
        self.forum, self.reading, self.platform = forum, forum.reading, forum.platform
        self.held: list[tuple[dict, int, int | None, list[str], str | None]] = []
        self.listed_posts: dict[int, set[int]] = defaultdict(set)
        """By topic, posts that the topic lists, and of which its file does not tell."""
        self.private: set[int | None] = set()
        """Topics that are private messages."""
        self.without_category = 0

    def document(self, archive: Archive, name: str) -> Iterator[Row]:
        """The rows of one file of JSON."""
        try:
            data = archive.read(name)
            found = _fields(data)
            if "post_stream" in found:
                yield from self.topic(name, found)
            elif "post_number" in found and "topic_id" in found:
                yield from self.posted(name)("", load_json(data))
            elif "latest_posts" in found:
                yield from self.posts(name, load_list(bytes(found["latest_posts"])), {})
            elif "columns" in found and "rows" in found:
                yield from self.result(name, found)
            elif "category_list" in found or "categories" in found:
                self.categories(_fields(found["category_list"]) if "category_list" in found else found)
            else:
                self.reading.dropped["file of another kind"] += 1
        except SourceError as error:
            yield problem(name, "the whole file", str(error))

    def topic(self, name: str, found: _Fields) -> Iterator[Row]:
        told = {key: _value(found.get(key)) for key in ("id", "archetype", "category_id", "title")}
        stream, topic = _fields(found["post_stream"]), whole(told["id"])
        category = whole(told["category_id"])
        if topic is not None and category is not None:
            self.forum.topics[topic] = category
        about = {"topic_id": topic, "category_id": category, "topic_title": told["title"]}
        about = {key: value for key, value in about.items() if value is not None}
        private = told["archetype"] == "private_message"
        if private:
            self.private.add(topic)
        met = yield from self.posts(name, load_list(bytes(stream.get("posts", b"[]"))), about, private=private)
        listed = _value(stream.get("stream"))
        if topic is not None and not private and isinstance(listed, list):
            self.listed_posts[topic] |= {post for post in map(whole, listed) if post is not None} - met

    def posts(self, name: str, found: Iterator[Any], about: dict, *, private: bool = False) -> Iterator[Row]:
        """Returns the ids of the posts."""
        met = set()
        for number, post in enumerate(found, 1):
            place = f"post {number}"
            if isinstance(post, dict):
                met.add(whole(post.get("id")))
                post = post | {key: value for key, value in about.items() if post.get(key) is None}
            yield from self.post(name, place, post, private=private)
        return met

    def posted(self, name: str):
        return lambda place, post: self.post(name, place, post)

    def result(self, name: str, found: _Fields) -> Iterator[Row]:
        """The rows of a result of Data Explorer."""
        columns = _value(found["columns"])
        kind = kind_of(columns) if isinstance(columns, list) else None
        if kind is None:
            self.reading.dropped["result of a query that is not one of the documented ones"] += 1
            return
        rows = enumerate(load_list(bytes(found["rows"])), 1)
        cells = ((f"row {number}", _record(columns, row)) for number, row in rows)
        yield from read_table(self.forum, name, kind, cells, self.posted(name))

    def categories(self, found: _Fields) -> None:
        for one in load_list(bytes(found.get("categories", b"[]"))):
            category = whole(one.get("id")) if isinstance(one, dict) else None
            if category is not None:
                self.reading.read["category"] += 1
                self.forum.categories[category] = clean(one.get("name")) or self.forum.categories.get(category)

    def post(self, file: str, place: str, post: Any, *, private: bool = False) -> Iterator[Row]:
        """The rows of one post."""
        forum = self.forum
        found = _found(post)
        if isinstance(found, str):
            self.reading.read["post"] += 1
            yield problem(file, place, found)
            return
        native_id, topic, number, at = found
        user, updated_at = whole(post.get("user_id")), instant(post.get("updated_at")) or at
        again, is_newest = forum.posts.meet(native_id, topic, number, user, updated_at)
        (self.reading.repeated if again else self.reading.read)["post"] += 1
        if not is_newest:
            return
        category = whole(post.get("category_id"))
        if category is None:
            category = forum.topics.get(topic)
        if private or topic in self.private or (category is None and "category_id" in post):
            why = "post of a private message"
        elif (kind := whole(post.get("post_type", REGULAR))) != REGULAR:
            why = f"post that is a {OTHER_POSTS.get(kind, f'type {kind}')}"
        else:
            why = None
        if why:
            self.reading.dropped[why] += not again
            return
        self.without_category += category is None and not again
        forum.saw(user, post, updated_at)
        forum.at(at)
        deleted_at = instant(post.get("deleted_at")) or (at if is_true(post.get("user_deleted")) else None)
        text = "" if deleted_at else _text(post, number)
        event = {
            "event_id": forum.event_id(topic, number, native_id),
            "occurred_at": at,
            "time_approximate": False,
            "member_id": forum.member(user),
            "kind": "post" if number == 1 else "reply",
            "group_id": forum.group(category),
            "thread_id": forum.event_id(topic, 1, None),
            "reply_to": None,
            "target_member_id": None,
            "mentions": [],
            "is_answer": post["accepted_answer"] if isinstance(post.get("accepted_answer"), bool) else None,
            "deleted_at": deleted_at,
            "n_chars": None if deleted_at else len(text),
            "platform": self.platform,
            "observed_at": updated_at,
        }
        answered = whole(post.get("reply_to_post_number")) if number != 1 else None
        named = post.get("reply_to_user")
        named = named.get("username") if isinstance(named, dict) else None
        held = (event, topic, answered, [] if deleted_at else _mentioned(post), named)
        if self.is_complete(held) or len(self.held) >= MOST_HELD:
            yield self.completed(*held)
        else:
            self.held.append(held)
        if text or deleted_at:
            yield (
                "messages",
                {"event_id": event["event_id"], "occurred_at": at, "text": text, "observed_at": updated_at},
            )
        yield from self.likes(native_id, event["event_id"], post, again)

    def likes(self, native_id: int, event_id: str, post: dict, again: bool) -> Iterator[Row]:
        counts = [one.get("count") for one in _objects(post.get("actions_summary")) if one.get("id") == LIKE]
        likes = sum(count for count in map(whole, counts) if count and count > 0)
        reactions = [whole(one.get("count")) or 0 for one in _objects(post.get("reactions"))]
        if likes or (again and native_id in self.forum.likes):
            self.forum.likes[native_id] = likes
            yield self.forum.like_count(native_id)
        if (others := sum(reactions) - likes) > 0 or (again and reactions):
            yield "reaction_counts", {"event_id": event_id, "emoji": "other", "count": max(others, 0)}

    def is_complete(self, held: tuple) -> bool:
        """Whether the post and the accounts that a post names have been met."""
        _, topic, answered, mentioned, _ = held
        here = answered is None or self.forum.posts.at(topic, answered)
        return bool(here) and all(name.lower() in self.forum.names for name in mentioned)

    def completed(self, event: dict, topic: int, answered: int | None, mentioned: list[str], named: Any) -> Row:
        """The event with whom it answers and mentions, as far as that is known now."""
        forum = self.forum
        if answered is not None:
            native_id, author = forum.posts.at(topic, answered) or (None, None)
            event["reply_to"] = forum.event_id(topic, answered, native_id)
            event["target_member_id"] = forum.member(author) if native_id is not None else forum.named(named)
        event["mentions"] = list(dict.fromkeys(filter(None, map(forum.named, mentioned))))
        return "events", event

    def rest(self) -> Iterator[Row]:
        """What can be told only when all has been read."""
        for held in self.held:
            yield self.completed(*held)
        missing = {
            topic: lost
            for topic, listed in self.listed_posts.items()
            if (lost := sum(not self.forum.posts.is_met(post) for post in listed))
        }
        if missing:
            self.reading.notes.append(
                "posts that their topics list, but that are in no file of this export: "
                f"{sum(missing.values()):,} (topics: {len(missing):,}). With a topic the API gives its first 20 posts; "
                "ask it for the others too"
            )
        if self.without_category:
            self.reading.notes.append(
                f"posts that do not tell their category: {self.without_category:,}. Those of private messages, if "
                "there are any among them, cannot be told apart"
            )
        yield from self.forum.rows()


def _found(post: Any) -> tuple[int, int, int, datetime] | str:
    """Id, topic, number and time of a post, or why a record is none."""
    if not isinstance(post, dict):
        return "no JSON object"
    for key in ("id", "topic_id", "post_number", "created_at"):
        if post.get(key) is None:
            return f"the post has no {key}"
    numbers = []
    for key in ("id", "topic_id", "post_number"):
        number = whole(post.get(key))
        if number is None or number < 1:
            return f"{key} = {str(post.get(key))[:40]!r} is no whole number above 0"
        numbers.append(number)
    at = instant(post.get("created_at"))
    if at is None:
        return f"created_at = {str(post.get('created_at'))[:40]!r} is no time between the years 1990 and 2100"
    return *numbers, at


def _text(post: dict, number: int) -> str:
    """What the author wrote, with the title where the post opens its topic."""
    if cooked := clean(post.get("cooked")):
        text = plain_text(_without(_ASIDE, _without_sizes(cooked)))
    else:
        text = _without(_QUOTE, clean(post.get("raw")) or "").strip()
    title = clean(post.get("topic_title")) if number == 1 else None
    return "\n\n".join(filter(None, (title, text)))


def _without(marks: re.Pattern, text: str) -> str:
    """The text without what stands between an opening and its closing mark, nested ones included.

    >>> _without(_QUOTE, 'a [quote="b"] c [quote] d [/quote] e [/quote] f [/quote] [quote]g')
    'a  f [/quote] [quote]g'
    """
    parts, end, depth, start = [], 0, 0, 0
    for mark in marks.finditer(text):
        if not mark[1]:
            start = mark.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                parts.append(text[end:start])
                end = mark.end()
    return "".join(parts) + text[end:]


def _without_sizes(cooked: str) -> str:
    """Without the line of name and size that Discourse sets under a picture."""
    parts, end = [], 0
    while (start := cooked.find('<div class="meta">', end)) >= 0 and (close := cooked.find("</div>", start)) >= 0:
        parts.append(cooked[end:start])
        end = close + len("</div>")
    return "".join(parts) + cooked[end:]


def _mentioned(post: dict) -> list[str]:
    """User names that the author mentions, as the forum marks them, else as they are written."""
    if cooked := clean(post.get("cooked")):
        return _MENTION.findall(_without(_ASIDE, cooked)) if "mention" in cooked else []
    return _MENTION_IN_RAW.findall(_without(_QUOTE, clean(post.get("raw")) or ""))


def _fields(data: Any) -> _Fields:
    """The members of a JSON object, each as it stands in the text: decoded when it is asked for."""
    try:
        return msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        pass  # a mark, another encoding, or no object
    found = load_json(bytes(data))
    if not isinstance(found, dict):
        return {}
    try:
        return {key: json.dumps(value).encode() for key, value in found.items()}
    except RecursionError:
        raise SourceError("not valid JSON: nested too deeply") from None


def _value(raw: Any) -> Any:
    return None if raw is None else load_json(bytes(raw))


def _record(columns: list, row: Any) -> dict | str:
    if not isinstance(row, list) or len(row) != len(columns):
        return f"not one value for each of the {len(columns)} columns"
    return dict(zip(map(str, columns), row, strict=True))


def _objects(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
