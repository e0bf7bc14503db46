"""Discord export by DiscordChatExporter (JSON): channels, threads, messages, replies, reactions, joins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive
from workbench.sources.json_stream import OPEN, Unreadable, clean, walk
from workbench.sources.known_ids import KnownIds
from workbench.sources.streams import open_files, pieces

BY_PEOPLE = (None, "Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "20", "23")
"""Types of messages that somebody wrote, or a bot on somebody's command; unnamed types are numbers in an export."""
REPLY, JOIN, THREAD_STARTER = "Reply", "GuildMemberJoin", ("ThreadStarterMessage", "21")
DIRECT = ("DirectTextChat", "DirectGroupTextChat")
DELETED_USER = "456226577798135808"
"""Stands for every account that Discord deleted with its name."""
LOOKED_AT = 20

_NOBODY = -1
_FIRST, _LAST = datetime(2015, 1, 1), datetime(2100, 1, 1)


def recognises(path: Path) -> bool:
    """Whether a file, or one of the first files of a folder or archive, has a `guild`, a `channel` and messages."""
    with open_files(path) as archive:
        names = [name for name in archive.names if name.lower().endswith(".json")] or archive.names[:1]
        return any(_part(archive, name) for name in names[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the export, channel by channel, the parts of a channel in the order of their messages.

    A message of type `Reply` answers the message it refers to; its thread is the one of that message, where the
    export holds it, else the message referred to opens it. A thread (of a channel or a forum) belongs to the channel
    above it: its opener is the message it was started from, else its first message where the export begins with the
    thread; whatever else is written in it is a reply in that thread, to the opener unless it says otherwise.

    `GuildMemberJoin` is a join of the community; departures are in no Discord export. Other system lines are counted
    as dropped. A message counts once, however often parts overlap; what was edited last wins. A reaction has its
    message's time; where the export does not name who reacted, it is counted only. What the account of all deleted
    users wrote has no author; a `deleted_user_…` has left without a date. Roles are not read. Direct conversations
    are private: they are counted, never kept. Coverage is one span for the whole server.
    """
    platform = reading.platform = reading.platform or "discord"
    with open_files(path) as archive:
        parts = []
        for name in archive.names:
            part = _part(archive, name) if name.lower().endswith(".json") or len(archive.names) == 1 else None
            if part:
                parts.append(part)
            else:
                reading.dropped["file that is no channel's messages"] += 1
        export = _Export(platform, reading)
        parts.sort(key=lambda part: (part.channel_id, part.first_id, part.file))
        for _, files in groupby(parts, key=lambda part: part.channel_id):
            yield from _channel(archive, list(files), export)
        yield from export.rows()


SOURCE = Source("discord", "Discord export by DiscordChatExporter (JSON: file, folder or zip)", recognises, read)


@dataclass(frozen=True)
class _Part:
    """A file: one channel's messages, or a part of them."""

    file: str
    channel: dict
    channel_id: str
    first_id: int
    from_the_beginning: bool


@dataclass
class _Export:
    platform: str
    reading: Reading
    members: dict[str, dict] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """Place of each member_id in `authors`."""
    authors: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    groups: dict[str, dict] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def member(self, user: Any) -> str | None:
        """The member_id of an author, reactor or mentioned account; None for the account of all deleted ones."""
        native_id = _id(user.get("id")) if isinstance(user, dict) else None
        if native_id is None or native_id == DELETED_USER:
            return None
        member_id = f"{self.platform}:{native_id}"
        if member_id not in self.members:
            name, shown = clean(user.get("name")), clean(user.get("nickname"))
            self.members[member_id] = {
                "member_id": member_id,
                "platform": self.platform,
                "display_name": shown or name,
                "role": "bot" if user.get("isBot") is True else "member",
                "attributes": {"user_name": name} if name and shown and name != shown else None,
            }
            if name and name.lower().startswith("deleted_user_"):
                self.gone.add(member_id)
        return member_id

    def number(self, member_id: str | None) -> int:
        if member_id is None:
            return _NOBODY
        if member_id not in self.numbers:
            self.numbers[member_id] = len(self.authors)
            self.authors.append(member_id)
        return self.numbers[member_id]

    def group(self, native_id: str, name: str | None, kind: str | None) -> str:
        group_id = f"{self.platform}:{native_id}"
        known = self.groups.setdefault(group_id, {"group_id": group_id, "platform": self.platform})
        known["name"] = known.get("name") or name
        known["kind"] = known.get("kind") or kind
        return group_id

    def rows(self) -> Iterator[Row]:
        for group in self.groups.values():
            yield "groups", group
        for member in self.members.values():
            yield "members", member
        for member_id in sorted(self.gone):
            yield (
                "memberships",
                {"membership_id": f"{member_id}:deleted", "member_id": member_id, "end_reason": "deleted"},
            )
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": "", "from_at": self.first, "to_at": self.last},
            )


@dataclass
class _Channel:
    export: _Export
    group_id: str
    is_thread: bool
    thread_id: int
    """Native id of a thread's opener, whose author is in `known` when the opener is."""
    known: KnownIds = field(default_factory=lambda: KnownIds(2))
    """Of each message its author's number and the native id of its thread's opener."""

    def event_id(self, native_id: int) -> str:
        return f"{self.export.platform}:{native_id}"

    def author_of(self, native_id: int) -> str | None:
        known = self.known.get(native_id)
        return self.export.authors[known[0]] if known and known[0] != _NOBODY else None


def _channel(archive: Archive, parts: list[_Part], export: _Export) -> Iterator[Row]:
    described, reading = parts[0].channel, export.reading
    kind = clean(described.get("type")) or ""
    is_thread = kind.endswith("Thread") and _id(described.get("categoryId")) is not None
    if kind in DIRECT:
        reading.read["direct conversation"] += 1
        group_id = ""
    elif is_thread:
        reading.read["thread"] += 1
        group_id = export.group(_id(described["categoryId"]), clean(described.get("category")), None)
    else:
        reading.read["channel"] += 1
        group_id = export.group(parts[0].channel_id, clean(described.get("name")), _group_kind(kind))
    opener = parts[0].first_id if parts[0].from_the_beginning else int(parts[0].channel_id)
    channel = _Channel(export, group_id, is_thread, opener)
    for part in parts:
        yield from _messages(archive, part, channel, private=kind in DIRECT)


def _messages(archive: Archive, part: _Part, channel: _Channel, *, private: bool) -> Iterator[Row]:
    reading, number = channel.export.reading, 0
    try:
        for path, message in walk(pieces(archive, part.file), opened={"messages"}):
            if path != ("messages", "*"):
                continue
            number += 1
            if why := _unreadable(message):
                reading.read["message"] += 1
                yield problem(part.file, f"record {number}", why)
                continue
            native_id, edited_at = int(message["id"]), _instant(message.get("timestampEdited"))
            if channel.known.get(native_id) is None:
                reading.read["message"] += 1
            else:
                reading.repeated["message"] += 1
                if edited_at is None:
                    continue
            if private:
                channel.known.add(native_id, _NOBODY, native_id)
                reading.dropped["message of a direct conversation"] += 1
            else:
                yield from _message(message, native_id, edited_at, channel)
    except SourceError as error:
        yield problem(part.file, f"after record {number}", f"the rest of the file cannot be read: {error}")


def _message(message: dict, native_id: int, edited_at: datetime | None, channel: _Channel) -> Iterator[Row]:
    export, kind, at = channel.export, message.get("type"), _instant(message["timestamp"])
    author, event_id = export.member(message.get("author")), channel.event_id(native_id)
    reference = message.get("reference") if isinstance(message.get("reference"), dict) else {}
    referred = _whole(reference.get("messageId"))
    export.first, export.last = min(export.first or at, at), max(export.last or at, at)
    if kind in THREAD_STARTER and referred is not None and channel.is_thread:
        channel.thread_id = referred
    answered, opener = None, native_id
    if kind == REPLY and referred is not None and referred != native_id:
        known = channel.known.get(referred)
        answered, opener = referred, known[1] if known else referred
    if channel.is_thread:
        opener = channel.thread_id
        answered = answered if answered is not None or opener == native_id else opener
    channel.known.add(native_id, export.number(author), opener)
    if kind == JOIN and author:
        export.reading.tells_joins = True
        yield "memberships", {"membership_id": event_id, "member_id": author, "start_at": at}
    elif kind not in BY_PEOPLE:
        export.reading.dropped[f"system line: {str(kind)[:40]}"] += 1
    else:
        text = clean(message.get("content")) or ""
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": False,
                "member_id": author,
                "kind": "post" if answered is None else "reply",
                "group_id": channel.group_id,
                "thread_id": channel.event_id(opener),
                "reply_to": None if answered is None else channel.event_id(answered),
                "target_member_id": None if answered is None else channel.author_of(answered),
                "mentions": list(dict.fromkeys(filter(None, map(export.member, _objects(message.get("mentions")))))),
                "n_chars": len(text),
                "platform": export.platform,
                "observed_at": edited_at,
            },
        )
        if text:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": edited_at}
    yield from _reactions(message, event_id, at, author, channel)


def _reactions(message: dict, event_id: str, at: datetime, author: str | None, channel: _Channel) -> Iterator[Row]:
    export = channel.export
    for reaction in _objects(message.get("reactions")):
        emoji, count = reaction.get("emoji"), reaction.get("count")
        name = _emoji(emoji) if isinstance(emoji, dict) else None
        if name is None:
            continue
        givers = dict.fromkeys(filter(None, map(export.member, _objects(reaction.get("users")))))
        for giver in givers:
            yield (
                "events",
                {
                    "event_id": f"{event_id}:{name}:{giver.partition(':')[2]}",
                    "occurred_at": at,
                    "time_approximate": True,
                    "member_id": giver,
                    "kind": "reaction",
                    "group_id": channel.group_id,
                    "reply_to": event_id,
                    "target_member_id": author,
                    "platform": export.platform,
                },
            )
        if isinstance(count, int) and len(givers) < count < 1 << 53:
            yield "reaction_counts", {"event_id": event_id, "emoji": name, "count": count - len(givers)}


def _emoji(emoji: dict) -> str | None:
    """A standard emoji by its code; a server's own by name and id, as two may share a name."""
    name, own = clean(emoji.get("code")) or clean(emoji.get("name")), _id(emoji.get("id"))
    return f"{name}:{own}"[:200] if name and own else name and name[:200]


def _part(archive: Archive, name: str) -> _Part | None:
    """What a file says about itself before its second message, if it is a channel's."""
    found: dict[str, Any] = {}
    first_id = 0
    try:
        for path, value in walk(pieces(archive, name, size=1 << 14), opened={"messages"}):
            if path == ("messages", "*"):
                first_id = _whole(value.get("id")) or 0 if isinstance(value, dict) else 0
                break
            if path == ("*",):  # a list is no channel, and may be long
                break
            if len(path) == 1:
                found[path[0]] = value
    except SourceError:
        pass
    guild, channel = found.get("guild"), found.get("channel")
    if not isinstance(guild, dict) or not isinstance(channel, dict) or found.get("messages") is not OPEN:
        return None
    native_id = _id(channel.get("id"))
    between = found.get("dateRange")
    whole = not (isinstance(between, dict) and between.get("after"))
    return _Part(name, channel, native_id, first_id, whole and bool(first_id)) if native_id else None


def _group_kind(kind: str) -> str:
    for word in ("Voice", "Forum", "News", "Thread"):
        if word in kind:
            return word.lower()
    return "channel"


def _unreadable(message: Any) -> str | None:
    """Why a record is no message, if so."""
    if isinstance(message, Unreadable):
        return message.why
    if not isinstance(message, dict):
        return "no JSON object"
    for key in ("id", "timestamp"):
        if message.get(key) is None:
            return f"the message has no {key}"
    if _whole(message.get("id")) is None:
        return f"id = {str(message.get('id'))[:40]!r} is no Discord id"
    if _instant(message.get("timestamp")) is None:
        return f"timestamp = {str(message.get('timestamp'))[:40]!r} is no time with an offset, after 2014"
    if not isinstance(message.get("type"), str | None):
        return f"type = {str(message['type'])[:40]!r} is no text"
    return None


def _id(value: Any) -> str | None:
    number = _whole(value)
    return None if number is None else str(number)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    return value if type(value) is int and 0 < value < 1 << 63 else None


def _instant(value: Any) -> datetime | None:
    """An export's time, which bears its offset, as naive UTC.

    >>> _instant("2026-04-24T12:00:00.1234567+02:00"), _instant("2026-04-24T12:00:00")
    (datetime.datetime(2026, 4, 24, 10, 0, 0, 123456), None)
    """
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is None or instant.tzinfo is None:
            return None
        instant = instant.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return instant if _FIRST <= instant < _LAST else None


def _objects(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
