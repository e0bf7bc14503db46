"""Discourse's tables: the user list, the staff actions, and the results of the queries that the docs ship."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest
from typing import Any

from workbench.errors import SourceError
from workbench.sources import Row, problem
from workbench.sources.archive import Archive
from workbench.sources.discourse_forum import Forum, instant, is_true, role, whole
from workbench.sources.json_stream import clean

COLUMNS = {
    "user list": ("id", "username", "created_at", "trust_level", "admin", "moderator"),
    "staff actions": ("staff_user", "action", "subject", "created_at", "details"),
    "query: users": (
        "account", "username", "joined_at", "last_seen_at", "trust_level", "admin", "moderator", "staged", "active",
        "suspended_at", "suspended_till", "inviter",
    ),
    "query: posts": (
        "post", "topic", "number", "author", "username", "admin", "moderator", "created_at", "updated_at", "deleted_at",
        "user_deleted", "category", "category_name", "title", "answers_number", "answers_post", "answers_author", "raw",
    ),
    "query: likes": ("giving", "given_at", "giver", "post", "topic", "number", "author", "category"),
    "query: visits": ("visit", "visitor", "day"),
    "query: flags": ("flag", "flagged_at", "flagger", "reason", "post", "topic", "number", "author"),
}  # fmt: skip
"""Kinds of tables and the columns by which they are known; the queries of the docs have these columns exactly."""

QUERY_ROWS = (1_000, 10_000)
"""A result of so many rows was probably cut: Data Explorer gives no more at once, in the page or in a download."""
LONGEST_LINE, LONGEST_CELL = 1 << 24, 1 << 20
UNPACKED_RATIO, UNPACKED_SMALL = 250, 1 << 26
"""How much more text than bytes a packed table may hold, once it holds more than so much."""

_ACTIONS = {
    "suspend_user": "ban", "unsuspend_user": "unban", "silence_user": "mute", "block_user": "mute",
    "delete_post": "remove", "delete_topic": "remove",
}  # fmt: skip
_GONE = ("delete_user", "anonymize_user")
_DETAIL = re.compile(r"^(id|user|post_number): ([^\n(]*)", re.MULTILINE)
_NOT_HERE = (
    "the account it is about is in no file of this export: give the user list and the staff actions together, in one "
    "folder or zip"
)

Posted = Callable[[str, dict], Iterator[Row]]
"""What makes rows of a post: its place in the export and the post as Discourse's own JSON would tell it."""


def kind_of(columns: Collection[Any]) -> str | None:
    """Which of the tables has these columns.

    >>> kind_of(["visit", "visitor", "day"]), kind_of(["date", "value"])
    ('query: visits', None)
    """
    given = {column for column in columns if isinstance(column, str)}
    return next((kind for kind, wanted in COLUMNS.items() if given.issuperset(wanted)), None)


def header(archive: Archive, name: str) -> list[str]:
    """The first row of a table of text, packed by gzip or not; empty where there is none."""
    try:
        line = next(_lines(archive, name), "")
        cells = next(csv.reader([line]), []) if len(line) < 1 << 16 else []
    except (SourceError, csv.Error, StopIteration):
        return []
    return [cell.strip().removeprefix("\ufeff") for cell in cells]


def records(archive: Archive, name: str) -> Iterator[tuple[str, dict | str]]:
    """Place and cells of each record of a table of text, by column; last, where it breaks off, why."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    place = "line 1"
    try:
        reader = csv.reader(_lines(archive, name))
        columns = [cell.strip().removeprefix("\ufeff") for cell in next(reader, [])]
        place = f"line {reader.line_num + 1}"
        for cells in reader:
            if len(cells) > len(columns):
                yield place, f"{len(cells)} cells under {len(columns)} columns"
            elif any(cells):
                yield place, dict(zip_longest(columns, cells, fillvalue=""))
            place = f"line {reader.line_num + 1}"
    except (SourceError, csv.Error) as error:
        yield place, f"the rest of the file cannot be read: {error}"


def _lines(archive: Archive, name: str) -> Iterator[str]:
    with archive.open(name) as packed:
        is_packed = packed.peek(2)[:2] == b"\x1f\x8b"
        plain = gzip.GzipFile(fileobj=packed) if is_packed else packed
        text = io.TextIOWrapper(plain, "utf-8-sig", "replace", newline="")
        read, most = 0, max(UNPACKED_SMALL, UNPACKED_RATIO * archive.sizes[name])
        try:
            for line in iter(partial(text.readline, LONGEST_LINE), ""):
                read += len(line)
                if len(line) == LONGEST_LINE:
                    raise SourceError(f"a line of more than {LONGEST_LINE >> 20} million characters")
                if is_packed and read > most:
                    raise SourceError(f"it unpacks to more than {UNPACKED_RATIO} times its size")
                yield line.replace("\0", "")
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(f"{name} cannot be unpacked: {str(error) or 'it ends before its end'}") from None


def read_table(
    forum: Forum, file: str, kind: str, found: Iterable[tuple[str, dict | str]], posted: Posted
) -> Iterator[Row]:
    """The rows of one table."""
    make, word = _MAKERS[kind]
    number = last = 0
    for place, record in found:
        if isinstance(record, str):
            yield problem(file, place, record)
            continue
        key, number = whole(record[COLUMNS[kind][0]]), number + 1
        last = key or last
        if kind == "query: posts":
            yield from _post(forum, place, record, posted)
            continue
        again = forum.is_repeated(kind, hash(tuple(record.values())) if kind == "staff actions" else key)
        (forum.reading.repeated if again else forum.reading.read)[word] += 1
        if again and word != "user":  # of two user lists the one read last is right
            continue
        for row in make(forum, key, record):
            yield problem(file, place, row) if isinstance(row, str) else row
    if kind.startswith("query") and number in QUERY_ROWS:
        forum.reading.notes.append(
            f"{file} holds exactly {number:,} rows, so it was probably cut: run the query again with after = {last} "
            "and import that result too"
        )


def _user(forum: Forum, user: int | None, record: dict) -> Iterator[Row | str]:
    """A row of the user list or of the query that replaces it."""
    joined_at = instant(record.get("created_at") or record.get("joined_at"))
    last_seen_at, username = instant(record.get("last_seen_at")), clean(record.get("username"))
    if user is None or username is None:
        yield "an account without a whole number as id, or without a user name"
        return
    if joined_at is None:
        yield "the time of joining is no time between the years 1990 and 2100"
        return
    forum.names[username.lower()] = user
    inactive = "active" in record and not is_true(record["active"])
    if user > 0 and is_true(record.get("staged")):
        forum.reading.dropped["account made for an e-mail's sender, who never joined"] += 1
        return
    if user > 0 and inactive and last_seen_at is None:
        forum.reading.dropped["account never activated"] += 1
        return
    forum.listed.add(user)
    forum.reading.tells_joins = True
    member_id, inviter = f"{forum.platform}:{user}", whole(record.get("inviter"))
    told = {"trust_level": whole(record.get("trust_level")), "last_seen_at": last_seen_at and last_seen_at.isoformat()}
    yield (
        "members",
        {
            "member_id": member_id,
            "platform": forum.platform,
            "display_name": username,
            "role": role(user, record),
            "joined_at": joined_at,
            "invited_by": None if inviter is None else f"{forum.platform}:{inviter}",
            "join_source": None if inviter is None else "invite",
            "deactivated": inactive if user > 0 and "active" in record else None,
            "attributes": {key: str(value) for key, value in told.items() if value is not None} or None,
        },
    )
    if inactive and user > 0:
        yield (
            "memberships",
            {"membership_id": f"{member_id}:deactivated", "member_id": member_id, "end_reason": "deactivated"},
        )
    if suspended_at := instant(record.get("suspended_at")):
        if instant(record.get("suspended_till")):  # without end it is dated centuries ahead
            forum.for_a_time.add(user)
        yield _suspension(forum, user, suspended_at)


def _suspension(forum: Forum, user: int, at: datetime, **more) -> Row:
    """A suspension, dated by its minute: the user list and the staff actions tell of it a moment apart."""
    at = at.replace(second=0, microsecond=0)
    member_id, action = f"{forum.platform}:{user}", "mute" if user in forum.for_a_time else "ban"
    action_id = f"{member_id}:suspended:{at:%Y-%m-%dT%H:%M}"
    return "moderation", {"action_id": action_id, "acted_at": at, "member_id": member_id, "action": action, **more}


def _staff_action(forum: Forum, _: int | None, record: dict) -> Iterator[Row | str]:
    action, at = record.get("action") or "", instant(record.get("created_at"))
    if at is None:
        yield "created_at is no time between the years 1990 and 2100"
        return
    if action not in _ACTIONS and action not in _GONE:
        forum.reading.dropped[f"staff action: {action[:40]}"] += 1
        return
    details = {key: value.strip() for key, value in reversed(_DETAIL.findall(record.get("details") or ""))}
    username = details.get("user") if action in ("delete_post", "delete_topic") else record.get("subject") or ""
    about = forum.names.get((username or "").split(" ")[0].lower())
    if action == "delete_user":
        about = whole(details.get("id"))
    if about is None:
        yield _NOT_HERE
        return
    member_id = forum.member(about)
    if action in _GONE:
        yield (
            "memberships",
            {"membership_id": f"{member_id}:deleted", "member_id": member_id, "end_at": at, "end_reason": "deleted"},
        )
        return
    told = {
        "moderator_id": forum.named(record.get("staff_user")),
        "reason": (record.get("details") or "").partition("\n")[0][:200] or None if not details else None,
    }
    if action == "suspend_user":
        yield _suspension(forum, about, at, **told)
        return
    event_id, native_id = None, whole(details.get("id"))
    if action == "delete_topic" and native_id is not None:
        event_id = forum.event_id(native_id, 1, None)
    elif action == "delete_post" and native_id is not None:
        known, number = forum.posts.known(native_id), whole(details.get("post_number"))
        if known:
            event_id = forum.event_id(known[0], known[1], native_id)
        elif number != 1:
            event_id = f"{forum.platform}:post:{native_id}"
    action_id = f"{member_id}:{action}:{at:%Y-%m-%dT%H:%M:%S}" + (f":{native_id}" if native_id is not None else "")
    row = {"action_id": action_id, "acted_at": at, "member_id": member_id, "action": _ACTIONS[action]}
    yield "moderation", row | {"event_id": event_id} | told


def _post(forum: Forum, place: str, record: dict, posted: Posted) -> Iterator[Row]:
    """A row of the query for posts, told as Discourse's JSON tells a post."""
    topic, number = whole(record["topic"]), whole(record["answers_number"])
    answered = whole(record["answers_post"])
    if None not in (topic, number, answered):
        forum.posts.learn(answered, topic, number, whole(record["answers_author"]))
    category, name = whole(record["category"]), clean(record["category_name"])
    if category is not None and name:
        forum.categories[category] = name
    told = dict(record)
    told |= {
        "id": whole(record["post"]),
        "topic_id": topic,
        "post_number": whole(record["number"]),
        "user_id": whole(record["author"]),
        "reply_to_post_number": number,
        **({} if category is None else {"category_id": category}),
        "topic_title": record["title"],
        "user_deleted": is_true(record["user_deleted"]),
        "deleted_at": record["deleted_at"] or None,
        "post_type": 1,
    }
    yield from posted(place, told)


def _like(forum: Forum, giving: int | None, record: dict) -> Iterator[Row | str]:
    at, about = instant(record["given_at"]), _about(forum, record)
    if giving is None or at is None or about is None:
        yield "a like without id, time or post"
        return
    post, event_id, author = about
    forum.named_likes[post] = forum.named_likes.get(post, 0) + 1
    forum.at(at)
    yield (
        "events",
        {
            "event_id": f"{forum.platform}:like:{giving}",
            "occurred_at": at,
            "time_approximate": False,
            "member_id": forum.member(whole(record["giver"])),
            "kind": "reaction",
            "group_id": forum.group(whole(record["category"])),
            "reply_to": event_id,
            "target_member_id": forum.member(author),
            "platform": forum.platform,
        },
    )


def _visit(forum: Forum, _: int | None, record: dict) -> Iterator[Row | str]:
    day, visitor = instant(record["day"]), whole(record["visitor"])
    if day is None or visitor is None:
        yield "a visit without day or visitor"
        return
    at = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=12)
    forum.at(at)
    forum.reading.tells_visits = True
    yield (
        "events",
        {
            "event_id": f"{forum.platform}:visit:{visitor}:{day:%Y-%m-%d}",
            "occurred_at": at,
            "time_approximate": True,
            "member_id": forum.member(visitor),
            "kind": "visit",
            "platform": forum.platform,
        },
    )


def _flag(forum: Forum, flag: int | None, record: dict) -> Iterator[Row | str]:
    at, about = instant(record["flagged_at"]), _about(forum, record)
    if flag is None or at is None or about is None:
        yield "a flag without id, time or post"
        return
    _, event_id, author = about
    if author is None:
        forum.reading.dropped["flag on a post of a deleted account"] += 1
        return
    yield (
        "moderation",
        {
            "action_id": f"{forum.platform}:flag:{flag}",
            "acted_at": at,
            "member_id": forum.member(author),
            "moderator_id": forum.member(whole(record["flagger"])),
            "action": "flag",
            "rule": clean(record["reason"]),
            "event_id": event_id,
        },
    )


def _about(forum: Forum, record: dict) -> tuple[int, str, int | None] | None:
    """The post that a like or flag is about: its id, event and author."""
    post, topic, number = (whole(record[column]) for column in ("post", "topic", "number"))
    if post is None or topic is None or number is None:
        return None
    author = whole(record["author"])
    forum.posts.learn(post, topic, number, author)
    return post, forum.event_id(topic, number, post), author


_MAKERS = {
    "user list": (_user, "user"),
    "staff actions": (_staff_action, "staff action"),
    "query: users": (_user, "user"),
    "query: posts": (None, "post"),
    "query: likes": (_like, "like"),
    "query: visits": (_visit, "visit"),
    "query: flags": (_flag, "flag"),
}
