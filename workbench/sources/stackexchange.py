"""Stack Exchange dump, zip or folder: questions, answers, comments, users and badges."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive, is_archive, open_archive
from workbench.sources.html import plain_text

FILES = {"users.xml": "user", "posts.xml": "post", "comments.xml": "comment", "badges.xml": "badge"}
QUESTION, ANSWER = "1", "2"
OTHER_POSTS = {
    "3": "orphaned wiki", "4": "tag wiki excerpt", "5": "tag wiki", "6": "moderator nomination",
    "7": "wiki placeholder", "8": "privilege wiki",
}  # fmt: skip
COMMUNITY = -1
MOST_HELD = 20_000
"""Answers kept back until their question is met; dumps list questions first but for merged ones."""
DEEPEST = 20

_NOBODY = -(1 << 62)
_FIRST, _LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)


def recognises(path: Path) -> bool:
    """Whether `path` holds Posts.xml, Users.xml, Comments.xml or Badges.xml with a dump's opening tag."""
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        return any(_opens_as(archive, name, file) for file, name in _files(archive).items() if file in FILES)


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the dump, a row at a time; of posts only ids, owners and tags are held.

    A question is a post and opens a thread; its text is title and body. Answers and comments are replies in that
    thread: an answer to the question, a comment to the post it stands under. The first tag of a question is the
    group of its whole thread. A missing owner is a deleted account; user −1 ("Community") is a bot. Other kinds of
    posts (tag wikis …) are counted as dropped. Badges are rewards in the log. Joins are the users' creation dates;
    departures are not in a dump, nor is who moderates: say that in the settings.

    Coverage runs from the first to the last record of any kind.
    """
    platform = reading.platform = reading.platform or "stackexchange"
    with open_archive(path) as archive:
        files = _files(archive)
        beside = {name for file, name in files.items() if file not in FILES}
        for name in archive.names:
            if name in beside:
                reading.dropped[f"file not read: {name.rpartition('/')[2]}"] += 1
            elif name not in files.values():
                reading.dropped["file outside the dump"] += 1
        dump = _Dump(archive, files, reading, platform)
        yield from _users(dump)
        yield from _posts(dump)
        yield from _comments(dump)
        yield from _badges(dump)
        for user in sorted(dump.strangers):
            role = "bot" if user == COMMUNITY else None
            yield "members", {"member_id": f"{platform}:{user}", "platform": platform, "role": role}
        if dump.first:
            yield "coverage", {"platform": platform, "group_id": "", "from_at": dump.first, "to_at": dump.last}


SOURCE = Source("stackexchange", "Stack Exchange dump (zip or folder)", recognises, read)


class _Growing:
    """Whole numbers with a few more whole numbers each. Dumps list rows by growing id, so arrays serve: 8 bytes a
    number; what comes out of order goes to a dictionary."""

    def __init__(self, columns: int = 0):
        self.keys, self.columns = array("q"), [array("q") for _ in range(columns)]
        self.late: dict[int, tuple[int, ...]] = {}

    def add(self, key: int, *values: int) -> None:
        if self.keys and key <= self.keys[-1]:
            self.late[key] = values
            return
        self.keys.append(key)
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def get(self, key: int) -> tuple[int, ...] | None:
        place = bisect_left(self.keys, key)
        if place < len(self.keys) and self.keys[place] == key:
            return tuple(column[place] for column in self.columns)
        return self.late.get(key)


@dataclass
class _Dump:
    """One dump while it is read."""

    archive: Archive
    files: dict[str, str]
    reading: Reading
    platform: str
    users: _Growing = field(default_factory=_Growing)
    posts: _Growing = field(default_factory=lambda: _Growing(3))
    """Of each post its question, its owner and, of a question, its tag's place in `tags`."""
    tags: list[str] = field(default_factory=list)
    tag_places: dict[str, int] = field(default_factory=dict)
    strangers: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None

    def member(self, user: int | None) -> str | None:
        if user is None or user == _NOBODY:
            return None
        if self.users.get(user) is None:
            self.strangers.add(user)
        return f"{self.platform}:{user}"

    def post_id(self, post: int) -> str:
        return f"{self.platform}:post:{post}"

    def group_of(self, question: int) -> str | None:
        """The group of a thread, once its question was met."""
        known = self.posts.get(question)
        return f"{self.platform}:tag:{self.tags[known[2]]}" if known and known[2] >= 0 else None

    def owner_of(self, post: int) -> str | None:
        known = self.posts.get(post)
        return self.member(known[1]) if known else None

    def event(self, event_id: str, at: datetime, author: int | None, text: str, **rest) -> Iterator[Row]:
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": False,
                "member_id": self.member(author),
                "n_chars": len(text),
                "platform": self.platform,
                **rest,
            },
        )
        if text:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text}


def _rows(dump: _Dump, file: str, date: str, seen: _Growing) -> Iterator[Row | tuple[int, datetime, dict]]:
    """Each row of a file once, as id, instant and attributes; what cannot be read as a row of `problems`."""
    if file not in dump.files:
        return
    name, word = dump.files[file], FILES[file]
    for number, row in _elements(dump.archive, name):
        if isinstance(row, str):
            yield problem(name, f"after row {number}", f"the rest of the file cannot be read: {row}")
            continue
        key, at = _whole(row.get("Id")), _instant(row.get(date))
        if key is not None and seen.get(key) is not None:
            dump.reading.repeated[word] += 1
            continue
        dump.reading.read[word] += 1
        if key is None:
            yield problem(name, f"row {number}", f"Id = {row.get('Id', '')[:40]!r} is no whole number")
        elif at is None:
            yield problem(name, f"row {number}", f"{date} = {row.get(date, '')[:40]!r} is no time of 2000 to 2099")
        else:
            dump.first, dump.last = min(dump.first or at, at), max(dump.last or at, at)
            yield key, at, row


def _users(dump: _Dump) -> Iterator[Row]:
    for row in _rows(dump, "users.xml", "CreationDate", dump.users):
        if len(row) == 2:
            yield row
            continue
        key, at, user = row
        dump.users.add(key)
        dump.reading.tells_joins = True
        seen_at = _instant(user.get("LastAccessDate"))
        yield (
            "members",
            {
                "member_id": f"{dump.platform}:{key}",
                "platform": dump.platform,
                "display_name": user.get("DisplayName") or None,
                "role": "bot" if key == COMMUNITY else "member",
                "joined_at": at,
                "attributes": {"last_access_at": seen_at.isoformat()} if seen_at else None,
            },
        )


def _posts(dump: _Dump) -> Iterator[Row]:
    accepted: set[int] = set()
    held: list[tuple[int, datetime, dict]] = []
    for row in _rows(dump, "posts.xml", "CreationDate", dump.posts):
        if len(row) == 2:
            yield row
            continue
        key, at, post = row
        kind, owner, parent = post.get("PostTypeId"), _whole(post.get("OwnerUserId")), _whole(post.get("ParentId"))
        question = parent if kind == ANSWER and parent is not None else key
        tag = -1
        if kind == QUESTION and (first := re.search(r"[^<>|\s]+", post.get("Tags", ""))):
            name = first[0]
            if name not in dump.tag_places:
                dump.tag_places[name] = len(dump.tags)
                dump.tags.append(name)
                group_id = f"{dump.platform}:tag:{name}"
                yield "groups", {"group_id": group_id, "platform": dump.platform, "name": name, "kind": "tag"}
            tag = dump.tag_places[name]
        dump.posts.add(key, question, _NOBODY if owner is None else owner, tag)
        if kind == QUESTION:
            if (answer := _whole(post.get("AcceptedAnswerId"))) is not None:
                accepted.add(answer)
            text = "\n\n".join(filter(None, (post.get("Title"), plain_text(post.get("Body", "")))))
            thread = {"kind": "post", "group_id": dump.group_of(key), "thread_id": dump.post_id(key)}
            yield from dump.event(dump.post_id(key), at, owner, text, **thread)
        elif kind != ANSWER:
            dump.reading.dropped[f"post that is a {OTHER_POSTS.get(kind, f'type {kind}')}"] += 1
        elif dump.posts.get(question) is None and len(held) < MOST_HELD:
            held.append(row)
        else:
            yield from _answer(dump, row, accepted)
    for row in held:
        yield from _answer(dump, row, accepted)


def _answer(dump: _Dump, row: tuple[int, datetime, dict], accepted: set[int]) -> Iterator[Row]:
    key, at, post = row
    question, owner, _ = dump.posts.get(key)
    yield from dump.event(
        dump.post_id(key),
        at,
        owner,
        plain_text(post.get("Body", "")),
        kind="reply",
        group_id=dump.group_of(question),
        thread_id=dump.post_id(question),
        reply_to=dump.post_id(question) if question != key else None,
        target_member_id=dump.owner_of(question) if question != key else None,
        is_answer=key in accepted,
    )


def _comments(dump: _Dump) -> Iterator[Row]:
    seen = _Growing()
    for row in _rows(dump, "comments.xml", "CreationDate", seen):
        if len(row) == 2:
            yield row
            continue
        key, at, comment = row
        seen.add(key)
        post = _whole(comment.get("PostId"))
        known = dump.posts.get(post) if post is not None else None
        yield from dump.event(
            f"{dump.platform}:comment:{key}",
            at,
            _whole(comment.get("UserId")),
            comment.get("Text", "").strip(),
            kind="reply",
            group_id=dump.group_of(known[0]) if known else None,
            thread_id=dump.post_id(known[0]) if known else None,
            reply_to=dump.post_id(post) if post is not None else None,
            target_member_id=dump.owner_of(post) if known else None,
        )


def _badges(dump: _Dump) -> Iterator[Row]:
    seen = _Growing()
    for row in _rows(dump, "badges.xml", "Date", seen):
        if len(row) == 2:
            yield row
            continue
        key, at, badge = row
        seen.add(key)
        yield (
            "log",
            {
                "entry_id": f"{dump.platform}:badge:{key}",
                "noted_at": at,
                "kind": "reward",
                "member_id": dump.member(_whole(badge.get("UserId"))),
                "note": badge.get("Name") or None,
            },
        )


def _files(archive: Archive) -> dict[str, str]:
    """The names of the files where the dump's lie, by lower-case base name."""
    home = archive.home(FILES)
    if home is None:
        return {}
    inside = (name for name in archive.names if name.startswith(home) and "/" not in name[len(home) :])
    return {name[len(home) :].lower(): name for name in inside}


def _opens_as(archive: Archive, name: str, file: str) -> bool:
    try:
        with archive.open(name) as stream:
            start = stream.read(2048)
    except SourceError:
        return False
    return f"<{file.removesuffix('.xml')}".encode() in start.replace(b"\0", b"")


def _elements(archive: Archive, name: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Number and attributes of each row; last, where the file breaks off, the number of good rows and why."""
    number = depth = 0
    root = None
    try:
        with archive.open(name) as stream:
            for event, element in iterparse(stream, events=("start", "end")):
                root = element if root is None else root
                depth += 1 if event == "start" else -1
                if depth > DEEPEST:
                    raise SourceError(f"elements nested more than {DEEPEST} deep")
                if event == "end" and depth == 1:
                    number += 1
                    yield number, dict(element.attrib)
                    root.clear()
    except DefusedXmlException:
        yield number, "it declares entities of its own, which no dump does"
    except (ParseError, SourceError, ValueError, LookupError) as error:
        yield number, str(error)


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _instant(text: str | None) -> datetime | None:
    """A dump's time, UTC by definition.

    >>> _instant("2011-10-11T19:42:20.713"), _instant("today")
    (datetime.datetime(2011, 10, 11, 19, 42, 20, 713000), None)
    """
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if instant.tzinfo:
        instant = instant.astimezone(UTC).replace(tzinfo=None)
    return instant if _FIRST <= instant < _LAST else None
