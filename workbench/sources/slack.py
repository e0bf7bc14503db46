"""Slack export, zip or folder: people, channels, messages, threads, reactions, joins and leaves of channels."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from unicodedata import normalize

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive, is_archive, load_list, open_archive
from workbench.sources.known_ids import KnownIds

LISTS = {
    "channels.json": "channel",
    "groups.json": "private channel",
    "mpims.json": "direct",
    "dms.json": "direct",
}
BY_PEOPLE = (None, "", "thread_broadcast", "me_message", "file_share")
JOINS = ("channel_join", "group_join")
LEAVES = ("channel_leave", "group_leave")

_DAY = re.compile(r"(?:([^/]+/))?[^/]+/\d{4}-\d{2}-\d{2}\.json")
_DIRECT = re.compile(r"D[A-Z0-9]{6,}|mpdm-.*")
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?")
_NEVER = -1
_EPOCH, _FIRST, _LAST = datetime(1970, 1, 1), datetime(2000, 1, 1), datetime(2100, 1, 1)


def recognises(path: Path) -> bool:
    """Whether `path` has Slack's layout: a list of its channels or users, or a folder with a day of messages."""
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        home = archive.home((*LISTS, "users.json"))
        lists = [] if home is None else [home + name for name in (*LISTS, "users.json")]
        for name in lists:
            if any(re.fullmatch(r"[A-Z][A-Z0-9]{2,}", str(one.get("id"))) for one in _look(archive, name)):
                return True
        day = next((name for name in archive.names if _DAY.fullmatch(name)), "")
        return any(one.get("type") == "message" and _instant(one.get("ts")) for one in _look(archive, day))


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the export, a day of a channel at a time.

    A message without subtype, a `thread_broadcast`, `me_message` or `file_share` is a post, or a reply when its
    `thread_ts` is another message's. A `bot_message`, or one with only a `bot_id`, is by a bot. A `tombstone` is a
    deleted message whose author Slack hides: an event without author, deleted at its own time, whose text is empty,
    so that a text imported earlier goes too. Other subtypes are system lines: joins and leaves become memberships
    of the channel, the rest is counted as dropped. One `ts` in one channel counts once; what was edited last wins.

    A deactivated account is a departure without a date; the export dates neither joins nor departures of the
    workspace. A reaction has its message's time. Direct conversations are private: they are counted, never kept.
    Coverage is one span for all channels, from the first to the last message: a silent channel is covered too.
    """
    platform = reading.platform = reading.platform or "slack"
    with open_archive(path) as archive:
        home = archive.home((*LISTS, "users.json"))
        if home is None:
            home = next((day[1] or "" for name in archive.names if (day := _DAY.fullmatch(name))), "")
        met = _Met(platform)
        yield from _users(archive, home + "users.json", reading, met)
        channels = yield from _channels(archive, home, reading, platform)
        by_folder = {_composed(folder): one for one in channels.values() for folder in (one.id, one.name) if folder}
        days = [name for name in archive.names if name.startswith(home) and "/" in name[len(home) :]]
        read_whole = {home + name for name in (*LISTS, "users.json")}
        for name in sorted({*archive.names} - {*days} - read_whole):
            inside = name.startswith(home)
            reading.dropped[f"file not read: {name[len(home) :]}" if inside else "file outside the export"] += 1
        for folder, files in groupby(days, key=lambda name: name[len(home) :].partition("/")[0]):
            channel = by_folder.get(_composed(folder))
            if channel is None:
                kind = "direct" if _DIRECT.fullmatch(folder) else None
                channel = channels[folder] = _Channel(platform, folder, name=folder, kind=kind)
            yield from _channel(archive, channel, files, reading, met)
        for channel in channels.values():
            if channel.kind != "direct":
                yield "groups", channel.row()
        yield from met.strangers()
        if met.first:
            yield "coverage", {"platform": platform, "group_id": "", "from_at": met.first, "to_at": met.last}


SOURCE = Source("slack", "Slack export (zip or folder)", recognises, read)


@dataclass
class _Channel:
    platform: str
    id: str
    kind: str | None = "channel"
    name: str | None = None
    creator: str | None = None
    created_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def group_id(self) -> str:
        return f"{self.platform}:{self.id}"

    def row(self) -> dict:
        return {
            "group_id": self.group_id,
            "platform": self.platform,
            "name": self.name,
            "kind": self.kind,
            "owner_ids": [f"{self.platform}:{self.creator}"] if self.creator else [],
            "created_at": self.created_at,
            "archived_at": self.archived_at,
        }


@dataclass
class _Met:
    """Whom and when the messages told of."""

    platform: str
    profiles: set[str] = field(default_factory=set)
    others: dict[str, str | None] = field(default_factory=dict)
    """People and bots without profile, with a bot's name."""
    first: datetime | None = None
    last: datetime | None = None

    def member(self, native_id: str | None, name: str | None = None) -> str | None:
        if native_id is None:
            return None
        if native_id not in self.profiles:
            self.others[native_id] = self.others.get(native_id) or name
        return f"{self.platform}:{native_id}"

    def at(self, instant: datetime) -> None:
        self.first = min(self.first or instant, instant)
        self.last = max(self.last or instant, instant)

    def strangers(self) -> Iterator[Row]:
        for native_id, name in self.others.items():
            bot = native_id == "USLACKBOT" or native_id.startswith("bot:")
            yield (
                "members",
                {
                    "member_id": f"{self.platform}:{native_id}",
                    "platform": self.platform,
                    "display_name": name,
                    "role": "bot" if bot else None,
                },
            )


def _users(archive: Archive, file: str, reading: Reading, met: _Met) -> Iterator[Row]:
    for user in _records(archive, file, "user", reading, met.profiles):
        if isinstance(user, tuple):
            yield user
            continue
        met.profiles.add(user["id"])
        member_id = f"{met.platform}:{user['id']}"
        yield "members", _profile(user, member_id, met.platform)
        if user.get("deleted"):
            yield (
                "memberships",
                {"membership_id": f"{member_id}:deactivated", "member_id": member_id, "end_reason": "deactivated"},
            )


def _profile(user: dict, member_id: str, platform: str) -> dict:
    profile = user.get("profile") if isinstance(user.get("profile"), dict) else {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    if user.get("is_bot") or user["id"] == "USLACKBOT":
        role = "bot"
    elif user.get("is_owner") or user.get("is_primary_owner") or user.get("is_admin"):
        role = "staff"
    else:
        role = "member"
    guest = "one channel" if user.get("is_ultra_restricted") else "some channels" if user.get("is_restricted") else None
    return {
        "member_id": member_id,
        "platform": platform,
        "display_name": next(filter(None, map(_text, names)), None),
        "role": role,
        "language": (_text(user.get("locale")) or "")[:2].lower() or None,
        "time_zone": _text(user.get("tz")),
        "deactivated": bool(user["deleted"]) if "deleted" in user else None,
        "attributes": {"guest": guest} if guest else None,
    }


def _channels(archive: Archive, home: str, reading: Reading, platform: str) -> Iterator[Row]:
    """Returns the channels by native id."""
    channels: dict[str, _Channel] = {}
    for file, kind in LISTS.items():
        word = "direct conversation" if kind == "direct" else "channel"
        for one in _records(archive, home + file, word, reading, channels):
            if isinstance(one, tuple):
                yield one
                continue
            name, creator, created_at = _text(one.get("name")), _text(one.get("creator")), _instant(one.get("created"))
            channels[one["id"]] = _Channel(platform, one["id"], kind, name, creator, created_at)
    return channels


def _records(archive: Archive, file: str, word: str, reading: Reading, seen: Container[str]) -> Iterator[Row | dict]:
    """The objects of a list that have an id, each once, as dicts; what cannot be read, as rows."""
    if file not in archive.sizes:
        return
    try:
        records = load_list(archive.read(file))
    except SourceError as error:
        yield problem(file, "the whole file", str(error))
        return
    for number, record in enumerate(records, 1):
        native_id = _text(record.get("id")) if isinstance(record, dict) else None
        if native_id in seen:
            reading.repeated[word] += 1
            continue
        reading.read[word] += 1
        yield record if native_id else problem(file, f"record {number}", f"a {word} without an id")


def _channel(archive: Archive, channel: _Channel, files: Iterable[str], reading: Reading, met: _Met) -> Iterator[Row]:
    """The messages of one channel, in the order of its days: a thread's opener comes before its replies."""
    seen, openers = KnownIds(1), _Openers()
    for file in files:
        a_day = _DAY.fullmatch(file)
        try:
            messages = load_list(archive.read(file)) if file.endswith(".json") else iter(())
        except SourceError as error:
            if a_day:
                yield problem(file, "the whole file", str(error))
                continue
            messages = iter(())
        if not a_day:  # some exports name a day otherwise; others put drawings and pictures beside the days
            messages = list(messages)
            if not any(map(_looks_like_a_message, messages)):
                reading.dropped["file without messages in a channel's folder"] += 1
                continue
        for number, message in enumerate(messages, 1):
            if why := _unreadable(message):
                reading.read["message"] += 1
                yield problem(file, f"record {number}", why)
                continue
            ts, edited_at = str(message["ts"]), _edited_at(message)
            edited = _NEVER if edited_at is None else (edited_at - _EPOCH) // timedelta(microseconds=1)
            number_of_ts = _number(ts)
            if before := seen.get(number_of_ts):
                reading.repeated["message"] += 1
                if edited <= before[0] or edited == _NEVER:
                    continue
            else:
                reading.read["message"] += 1
            seen.add(number_of_ts, edited)
            if channel.kind == "direct":
                reading.dropped["message of a direct conversation"] += 1
                continue
            at = _instant(ts)
            met.at(at)
            for reason_or_row in _message(message, ts, at, edited_at, channel, openers, met):
                if isinstance(reason_or_row, str):
                    reading.dropped[reason_or_row] += 1
                else:
                    yield reason_or_row


def _message(
    message: dict, ts: str, at: datetime, edited_at: datetime | None, channel: _Channel, openers: "_Openers", met: _Met
) -> Iterator[Row | str]:
    """The rows of one message, or the reason why it has none."""
    subtype = message.get("subtype")
    event_id, group_id = f"{channel.group_id}:{ts}", channel.group_id
    author = _author(message, met)
    opener_ts = str(message.get("thread_ts") or ts)
    replies = opener_ts != ts
    if subtype in BY_PEOPLE or subtype in ("bot_message", "tombstone"):
        deleted = subtype == "tombstone"
        author = None if deleted else author
        if not replies:
            openers.add(ts, author)
        text = "" if deleted else plain_text(_text(message.get("text")) or "")
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": False,
                "member_id": author,
                "kind": "reply" if replies else "post",
                "group_id": group_id,
                "thread_id": f"{group_id}:{opener_ts}",
                "reply_to": f"{group_id}:{opener_ts}" if replies else None,
                "target_member_id": _opener(message, opener_ts, openers, met) if replies else None,
                "mentions": [] if deleted else mentions(message.get("text"), met.platform),
                "deleted_at": at if deleted else None,
                "n_chars": None if deleted else len(text),
                "platform": met.platform,
                "observed_at": edited_at,
            },
        )
        if text or deleted:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": edited_at}
    elif subtype in JOINS + LEAVES and author:
        side = "start_at" if subtype in JOINS else "end_at"
        reason = "left" if subtype in LEAVES else None
        yield "memberships", {
            "membership_id": event_id, "member_id": author, "group_id": group_id, side: at, "end_reason": reason
        }  # fmt: skip
    else:
        if subtype in ("channel_archive", "group_archive"):
            channel.archived_at = at
        elif subtype in ("channel_unarchive", "group_unarchive"):
            channel.archived_at = None
        yield f"system line: {subtype}"
    yield from _reactions(message, event_id, at, group_id, author, met)


def _reactions(
    message: dict, event_id: str, at: datetime, group_id: str, author: str | None, met: _Met
) -> Iterator[Row]:
    for reaction in _objects(message.get("reactions")):
        emoji, users, count = _text(reaction.get("name")), reaction.get("users"), reaction.get("count")
        if emoji is None:
            continue
        givers = dict.fromkeys(filter(None, map(_text, users if isinstance(users, list) else ())))
        for giver in givers:
            yield (
                "events",
                {
                    "event_id": f"{event_id}:{emoji}:{giver}",
                    "occurred_at": at,
                    "time_approximate": True,
                    "member_id": met.member(giver),
                    "kind": "reaction",
                    "group_id": group_id,
                    "reply_to": event_id,
                    "target_member_id": author,
                    "platform": met.platform,
                },
            )
        if isinstance(count, int) and count > len(givers):
            yield "reaction_counts", {"event_id": event_id, "emoji": emoji, "count": count - len(givers)}


def _author(message: dict, met: _Met) -> str | None:
    if user := _text(message.get("user")):
        return met.member(user)
    bot = _text(message.get("bot_id"))
    if bot is None and message.get("subtype") != "bot_message":
        return None
    profile = message.get("bot_profile")
    name = _text(profile.get("name")) if isinstance(profile, dict) else None
    return met.member(f"bot:{bot or 'unknown'}", name or _text(message.get("username")))


@dataclass
class _Openers:
    """Who wrote the messages that open threads, by `ts`."""

    people: dict[str | None, int] = field(default_factory=dict)
    names: list[str | None] = field(default_factory=list)
    known: KnownIds = field(default_factory=lambda: KnownIds(1))

    def add(self, ts: str, author: str | None) -> None:
        if author not in self.people:
            self.people[author] = len(self.names)
            self.names.append(author)
        self.known.add(_number(ts), self.people[author])

    def get(self, ts: str) -> tuple[str | None] | None:
        found = self.known.get(_number(ts))
        return found and (self.names[found[0]],)


def _number(ts: str) -> int:
    """A number for a `ts`: its microseconds, which grow, or where it is written otherwise one like no other."""
    return int(ts[:10] + ts[11:]) if len(ts) == 17 and ts[10] == "." else hash(ts)


def _opener(message: dict, opener_ts: str, openers: _Openers, met: _Met) -> str | None:
    """Who opened the thread: as seen, else as the reply tells it (the opener may lie before the export).

    Replies name Slackbot as the opener of a deleted message, so Slackbot is nobody here."""
    slackbot = f"{met.platform}:USLACKBOT"
    if known := openers.get(opener_ts):
        return None if known[0] == slackbot else known[0]
    root = message.get("root") if isinstance(message.get("root"), dict) else {}
    parent = _text(message.get("parent_user_id")) or _text(root.get("user"))
    return None if parent == "USLACKBOT" else met.member(parent)


def _unreadable(message: Any) -> str | None:
    """Why a record is no message, if so."""
    if not isinstance(message, dict):
        return "no JSON object"
    for key, required in (("ts", True), ("thread_ts", False)):
        value = message.get(key)
        if required and value is None:
            return f"the message has no {key}, so no time"
        if _instant(value) is None and (required or value):
            return f"{key} = {str(value)[:40]!r} is no time in seconds between the years 2000 and 2100"
    for key in ("user", "subtype"):
        if not isinstance(message.get(key), str | None):
            return f"{key} = {str(message[key])[:40]!r} is no text"
    return None


def _edited_at(message: dict) -> datetime | None:
    edited = message.get("edited")
    return _instant(edited.get("ts")) if isinstance(edited, dict) else None


def _instant(value: Any) -> datetime | None:
    """Slack's seconds, text or number, as naive UTC.

    >>> _instant("1661766066.863109"), _instant(1661766066), _instant("yesterday")
    (datetime.datetime(2022, 8, 29, 9, 41, 6, 863109), datetime.datetime(2022, 8, 29, 9, 41, 6), None)
    """
    found = _SECONDS.fullmatch(str(value))
    if not found:
        return None
    instant = _EPOCH + timedelta(seconds=int(found[1]), microseconds=int((found[2] or "").ljust(6, "0")))
    return instant if _FIRST <= instant < _LAST else None


def _composed(name: str) -> str:
    """A folder's name with whole letters: some systems take é apart."""
    return normalize("NFC", name)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _objects(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _look(archive: Archive, name: str) -> list[dict]:
    """The first objects of a list, none where it cannot be read: enough to recognise an export by."""
    try:
        return _objects(list(islice(load_list(archive.read(name)), 10))) if name in archive.sizes else []
    except SourceError:
        return []


def _looks_like_a_message(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "message" and "ts" in value


_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_TAG = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def mentions(text: Any, platform: str = "slack") -> list[str]:
    """The member_ids mentioned, each once, in their order.

    >>> mentions("<@U02B> and <@U03C|zoe>, <@U02B>!")
    ['slack:U02B', 'slack:U03C']
    """
    found = _MENTION.findall(text) if isinstance(text, str) else ()
    return [f"{platform}:{native_id}" for native_id in dict.fromkeys(found)]


def plain_text(text: str) -> str:
    """Slack's markup as plain text: a mention is @ and the native id, never a name.

    >>> plain_text("<@U02B|zoe> see <https://example.org/a|the page> in <#C01|general> <!here> 1 &lt; 2")
    '@U02B see the page (https://example.org/a) in #general @here 1 < 2'
    """
    text = _TAG.sub(lambda found: _tag(found[1], found[2] or ""), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _tag(target: str, label: str) -> str:
    sign, rest = target[0], target[1:]
    if sign == "@":
        return f"@{rest}"
    if sign == "#":
        return f"#{label or rest}"
    if sign == "!":
        word, _, given = rest.partition("^")
        return label or "@" + (given or word)
    target = target.removeprefix("mailto:").removeprefix("tel:")
    bare = re.sub(r"https?://", "", target).rstrip("/")
    return f"{label} ({target})" if label and label.rstrip("/") not in (target.rstrip("/"), bare) else target
