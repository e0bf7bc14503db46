"""Telegram Desktop export (`result.json`, one chat or all): messages, replies, reactions, joins and departures."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.errors import SettingsError, SourceError
from workbench.settings import check_timezone
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive
from workbench.sources.json_stream import OPEN, Unreadable, clean, walk
from workbench.sources.known_ids import KnownIds
from workbench.sources.streams import open_files, pieces

PRIVATE = ("personal_chat", "bot_chat", "saved_messages", "verification_codes", "replies")
JOINS = ("create_group", "invite_members", "join_group_by_link", "join_group_by_request")
LEAVES = ("remove_members",)
LOOKED_AT = 20

_OPENED, _SPREAD = frozenset({"chats", "left_chats", "list", "messages"}), frozenset({"list"})
_NOBODY = -1
_EPOCH, _FIRST, _LAST = datetime(1970, 1, 1), datetime(2013, 1, 1), datetime(2100, 1, 1)


def recognises(path: Path) -> bool:
    """Whether a file, or a JSON file of a folder or archive, holds Telegram's messages, of one chat or of a list."""
    with open_files(path) as archive:
        return any(_is_export(archive, name) for name in _json_files(archive)[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the export, a message at a time.

    Times are those of `date_unixtime`; old exports tell the local time of the exporting machine only, and need its
    zone. A message with `reply_to_message_id` is a reply in the thread of that message, where the export holds it;
    else the message answered opens the thread. What was forwarded from elsewhere is a share. A poll is a post of its
    question and options. A message without sender name is by a deleted account, who left without a date.

    Service lines name joiners and leavers, but the account only of who acted: a name is taken for the account that
    uses it in the export; a name of two accounts is a problem, a name of none stands for an account of its own
    (`telegram:name:…`). They are stays of the community where the export holds one chat, else of the chat. Telegram
    hides such lines in large groups, so departures count as told only where one is. Other service lines are counted
    as dropped. A group that became a supergroup is two chats, the first archived. Private chats are counted, never
    kept. Coverage is one span a chat, from its first to its last record.
    """
    platform = reading.platform = reading.platform or "telegram"
    with open_files(path) as archive:
        export = _Export(platform, reading)
        exports = [name for name in _json_files(archive) if _is_export(archive, name)]
        if others := len(archive.names) - len(exports):
            reading.dropped["file that is no chat"] = others
        for name in exports:
            yield from _file(archive, name, export)
        yield from export.rows()


SOURCE = Source("telegram", "Telegram Desktop export (result.json, its folder or a zip of it)", recognises, read)


class _NoZone(SourceError):
    """Nothing of the file can be read before the user says its zone."""


@dataclass(frozen=True)
class _Stay:
    """A service line about somebody, told by name, and by account where they acted themselves."""

    membership_id: str
    group_id: str
    side: str
    at: datetime
    name: str
    account: str | None
    by: str | None
    source: str | None
    reason: str | None
    file: str
    place: str


@dataclass
class _Chat:
    platform: str
    file: str
    name: str | None = None
    kind: str | None = None
    native_id: str | None = None
    records: int = 0
    known: KnownIds = field(default_factory=lambda: KnownIds(2))
    """Of each message its author's number and the native id of its thread's opener."""
    topics: set[int] = field(default_factory=set)
    creator: str | None = None
    created_at: datetime | None = None
    archived_at: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None

    @property
    def group_id(self) -> str:
        return f"{self.platform}:{self.native_id or 'chat:' + (self.name or self.file)}"


@dataclass
class _Export:
    platform: str
    reading: Reading
    members: dict[str, str | None] = field(default_factory=dict)
    """Display name of each account."""
    gone: set[str] = field(default_factory=set)
    authors: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    """Accounts that use a name."""
    met: dict[tuple[str, str | None], str] = field(default_factory=dict)
    """Accounts by id and name as they stand in the file."""
    stays: list[_Stay] = field(default_factory=list)
    chats: dict[str, _Chat] = field(default_factory=dict)

    def member(self, native_id: Any, name: Any) -> str | None:
        told = (native_id, name) if type(native_id) is str and type(name) is str else None
        if member_id := self.met.get(told):
            self.members[member_id] = name
            return member_id
        name = clean(name)
        if type(native_id) is int and 0 < native_id < 1 << 63:
            native_id = f"user{native_id}"
        native_id = clean(native_id) or (f"name:{name}" if name else None)
        if native_id is None:
            return None
        member_id = f"{self.platform}:{native_id[:200]}"
        self.members[member_id] = name or self.members.get(member_id)
        if name:
            self.names.setdefault(name, set()).add(member_id)
        if told and name == told[1]:
            self.met[told] = member_id
        return member_id

    def number(self, member_id: str | None) -> int:
        if member_id is None:
            return _NOBODY
        if member_id not in self.numbers:
            self.numbers[member_id] = len(self.authors)
            self.authors.append(member_id)
        return self.numbers[member_id]

    def rows(self) -> Iterator[Row]:
        joined = yield from self._memberships()
        for chat in self.chats.values():
            yield (
                "groups",
                {
                    "group_id": chat.group_id,
                    "platform": self.platform,
                    "name": chat.name,
                    "kind": chat.kind,
                    "owner_ids": [chat.creator] if chat.creator else None,
                    "created_at": chat.created_at,
                    "archived_at": chat.archived_at,
                },
            )
            if chat.first:
                yield (
                    "coverage",
                    {
                        "platform": self.platform,
                        "group_id": chat.group_id,
                        "from_at": chat.first,
                        "to_at": chat.last,
                    },
                )
        for member_id, name in self.members.items():
            by, source = joined.get(member_id, (None, None))
            yield (
                "members",
                {
                    "member_id": member_id,
                    "platform": self.platform,
                    "display_name": name,
                    "invited_by": by,
                    "join_source": source,
                },
            )
        for member_id in sorted(self.gone):
            yield (
                "memberships",
                {"membership_id": f"{member_id}:deleted", "member_id": member_id, "end_reason": "deleted"},
            )

    def _memberships(self) -> Iterator[Row]:
        """Returns who invited a member, and how, the first time."""
        joined: dict[str, tuple[str | None, str | None]] = {}
        alone = len(self.chats) == 1
        for stay in self.stays:
            accounts = {stay.account} if stay.account else self.names.get(stay.name, set())
            if len(accounts) > 1:
                why = f"{len(accounts)} accounts are called {stay.name[:40]!r}, and the line does not say which of them"
                yield problem(stay.file, stay.place, f"{why} {'joined' if stay.side == 'start_at' else 'left'}")
                continue
            member_id = min(accounts, default=f"{self.platform}:name:{stay.name[:200]}")
            self.reading.tells_joins |= alone and stay.side == "start_at"
            self.reading.tells_leaves |= alone and stay.side == "end_at"
            yield (
                "memberships",
                {
                    "membership_id": stay.membership_id,
                    "member_id": member_id,
                    "group_id": None if alone else stay.group_id,
                    stay.side: stay.at,
                    "end_reason": stay.reason,
                },
            )
            if stay.side == "start_at" and (stay.by or stay.source):
                joined.setdefault(member_id, (stay.by, stay.source))
        return joined


def _file(archive: Archive, file: str, export: _Export) -> Iterator[Row]:
    chat, record = _Chat(export.platform, file), 0
    try:
        for path, value in walk(pieces(archive, file), opened=_OPENED, spread=_SPREAD):
            if path[-2:] == ("messages", "*"):
                record += 1
                yield from _record(value, record, chat, export)
            elif path[-1:] == ("*",) and value is OPEN:
                chat = _Chat(export.platform, file)
            elif path[-1:] == ("name",):
                chat.name = clean(value)
            elif path[-1:] == ("type",):
                chat.kind = clean(value)
            elif path[-1:] == ("id",) and type(value) is int:
                chat.native_id = str(value)
            elif path[-1:] == ("messages",):
                known = chat.kind in PRIVATE
                export.reading.read["private chat" if known else "chat"] += 1
                if not known:
                    chat = export.chats.setdefault(chat.group_id, chat)
    except _NoZone:
        raise
    except SourceError as error:
        yield problem(file, f"after record {record}", f"the rest of the file cannot be read: {error}")


def _record(record: Any, number: int, chat: _Chat, export: _Export) -> Iterator[Row]:
    reading = export.reading
    if chat.kind in PRIVATE:
        reading.read["message"] += 1
        reading.dropped["message of a private chat"] += 1
        return
    why = _unreadable(record)
    at = None if why else _when(record, chat.file, reading)
    if why or at is None:
        reading.read["message"] += 1
        yield problem(chat.file, f"record {number}", why or "no date_unixtime between the years 2013 and 2100")
        return
    if chat.first is None or at < chat.first:
        chat.first = at
    if chat.last is None or at > chat.last:
        chat.last = at
    native_id = record.get("id")
    if type(native_id) is not int or abs(native_id) >= 1 << 62:
        native_id = None
    elif chat.known.get(native_id) is not None:
        reading.repeated["message"] += 1
        return
    reading.read["message"] += 1
    group_id = chat.group_id
    event_id = f"{group_id}:{_digest(record) if native_id is None else native_id}"
    if record.get("type") == "service":
        if native_id is not None:
            chat.known.add(native_id, _NOBODY, native_id)
        _service(record, at, event_id, native_id, f"record {number}", chat, export)
    else:
        yield from _message(record, at, event_id, native_id, group_id, chat, export)


def _message(
    message: dict, at: datetime, event_id: str, native_id: int | None, group_id: str, chat: _Chat, export: _Export
) -> Iterator[Row]:
    name, edited_at = message.get("from", ""), _unixtime(message.get("edited_unixtime"))
    author = export.member(message.get("from_id"), name)
    if author and name is None:
        export.gone.add(author)
    answered, opener, target = message.get("reply_to_message_id"), native_id, None
    if type(answered) is not int or "reply_to_peer_id" in message or answered in chat.topics or answered == native_id:
        answered = None
    if answered is not None:
        known = chat.known.get(answered) if abs(answered) < 1 << 62 else None
        opener = known[1] if known else answered
        target = export.authors[known[0]] if known and known[0] != _NOBODY else None
    if native_id is not None and abs(opener) < 1 << 62:
        chat.known.add(native_id, export.number(author), opener)
    text = _plain(message.get("text"))
    if poll := _poll(message.get("poll")):
        text = f"{text}\n{poll}" if text else poll
    kind = "share" if clean(message.get("forwarded_from")) else "post"
    yield (
        "events",
        {
            "event_id": event_id,
            "occurred_at": at,
            "time_approximate": False,
            "member_id": author,
            "kind": kind if answered is None else "reply",
            "group_id": group_id,
            "thread_id": event_id if opener is None or answered is None else f"{group_id}:{opener}",
            "reply_to": None if answered is None else f"{group_id}:{answered}",
            "target_member_id": target,
            "mentions": _mentions(message, export.platform),
            "n_chars": len(text),
            "platform": export.platform,
            "observed_at": edited_at,
        },
    )
    if text:
        yield "messages", {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": edited_at}
    for reaction in _objects(message.get("reactions")):
        emoji, count = clean(reaction.get("emoji")) or clean(reaction.get("document_id")), reaction.get("count")
        emoji = (emoji or clean(reaction.get("type")) or "unknown")[:200]
        recent = _objects(reaction.get("recent"))
        givers = dict.fromkeys(filter(None, (export.member(one.get("from_id"), one.get("from")) for one in recent)))
        for giver in givers:
            yield (
                "events",
                {
                    "event_id": f"{event_id}:{emoji}:{giver.partition(':')[2]}",
                    "occurred_at": at,
                    "time_approximate": True,
                    "member_id": giver,
                    "kind": "reaction",
                    "group_id": group_id,
                    "reply_to": event_id,
                    "target_member_id": author,
                    "platform": export.platform,
                },
            )
        if type(count) is int and len(givers) < count < 1 << 53:
            yield "reaction_counts", {"event_id": event_id, "emoji": emoji, "count": count - len(givers)}


def _service(
    record: dict, at: datetime, event_id: str, native_id: int | None, place: str, chat: _Chat, export: _Export
) -> None:
    action = clean(record.get("action")) or "unknown"
    actor, by = clean(record.get("actor")), export.member(record.get("actor_id"), record.get("actor"))
    listed = record.get("members") if isinstance(record.get("members"), list) else []
    names = [name for name in map(clean, listed) if name]
    if action in JOINS + LEAVES:
        if len(names) < len(listed):
            export.reading.dropped["deleted account in a service line"] += len(listed) - len(names)
        itself = action.startswith("join_group")
        if itself or action == "create_group":
            names = [*dict.fromkeys([*filter(None, [actor]), *names])]
        if action == "create_group":
            chat.created_at, chat.creator = at, by
        for name in dict.fromkeys(names):
            acted = name == actor
            inviter = None if acted else by
            if itself:
                inviter = _only(export.names.get(clean(record.get("inviter")) or "", ()))
            source = {"invite_members": None if acted else "invitation", "join_group_by_link": "link",
                      "join_group_by_request": "request"}.get(action)  # fmt: skip
            export.stays.append(
                _Stay(
                    membership_id=f"{event_id}:{name[:200]}",
                    group_id=chat.group_id,
                    side="end_at" if action in LEAVES else "start_at",
                    at=at,
                    name=name,
                    account=by if acted else None,
                    by=None if action in (*LEAVES, "create_group") else inviter,
                    source=source,
                    reason=("left" if acted else "removed") if action in LEAVES else None,
                    file=chat.file,
                    place=place,
                )
            )
        return
    if action == "topic_created" and native_id is not None:
        chat.topics.add(native_id)
    elif action == "migrate_to_supergroup":
        chat.archived_at = at
    elif action in ("create_channel", "create_supergroup"):
        chat.created_at = at
    export.reading.dropped[f"service line: {action[:40]}"] += 1


def _only(accounts) -> str | None:
    return next(iter(accounts)) if len(accounts) == 1 else None


def _poll(poll: Any) -> str:
    if not isinstance(poll, dict):
        return ""
    answers = (_plain(answer.get("text")) for answer in _objects(poll.get("answers")))
    return "\n".join(filter(None, (_plain(poll.get("question")), *(f"– {answer}" for answer in answers if answer))))


def _plain(text: Any) -> str:
    """A text as Telegram writes it, whole or in parts, as plain text.

    >>> _plain(["See ", {"type": "link", "text": "https://example.org"}, " now"])
    'See https://example.org now'
    """
    if isinstance(text, str):
        return clean(text) or ""
    if not isinstance(text, list):
        return ""
    parts = (part.get("text") if isinstance(part, dict) else part for part in text)
    return clean("".join(part for part in parts if isinstance(part, str))) or ""


def _mentions(message: dict, platform: str) -> list[str]:
    """The accounts mentioned; a mention by user name does not tell which account it is."""
    found = {}
    for parts in (message.get("text"), message.get("text_entities")):
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and part.get("type") == "mention_name":
                number = part.get("user_id")
                if type(number) is int and number > 0:
                    found[f"{platform}:user{number}"] = None
    return list(found)


def _when(record: dict, file: str, reading: Reading) -> datetime | None:
    at = _unixtime(record.get("date_unixtime"))
    if at is not None or "date_unixtime" in record:
        return at
    try:
        local = datetime.fromisoformat(record.get("date", ""))
    except (TypeError, ValueError):
        return None
    if not (_FIRST <= local.replace(tzinfo=None) < _LAST):
        return None
    if local.tzinfo is None:
        if not reading.timezone:
            raise _NoZone(
                f"{file} is an old Telegram export whose times are local ones, without their zone. Say in which time "
                "zone the exporting machine was, for instance: --timezone Europe/Paris"
            )
        try:
            local = local.replace(tzinfo=ZoneInfo(check_timezone(reading.timezone, "--timezone")))
        except SettingsError as error:
            raise _NoZone(str(error)) from None
        reading.time_zone = [{"how": "given_for_local", "zone": reading.timezone}]
    return local.astimezone(UTC).replace(tzinfo=None)


def _unixtime(told: Any) -> datetime | None:
    """Seconds since 1970, text or number, as naive UTC.

    >>> _unixtime("1692821483"), _unixtime(1692821483), _unixtime("soon")
    (datetime.datetime(2023, 8, 23, 20, 11, 23), datetime.datetime(2023, 8, 23, 20, 11, 23), None)
    """
    seconds = told if type(told) is str else str(told) if type(told) is int else ""
    if not (seconds.isdigit() and seconds.isascii() and len(seconds) <= 11):
        return None
    at = _EPOCH + timedelta(seconds=int(seconds))
    return at if _FIRST <= at < _LAST else None


def _unreadable(record: Any) -> str | None:
    if isinstance(record, Unreadable):
        return record.why
    if not isinstance(record, dict):
        return "no JSON object"
    if record.get("type") not in ("message", "service"):
        return f"type = {str(record.get('type'))[:40]!r} is neither message nor service"
    return None


def _digest(record: dict) -> str:
    """An id for a message without one, from what it says."""
    told = repr([record.get(key) for key in ("date_unixtime", "date", "from_id", "from", "action", "members", "text")])
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _json_files(archive: Archive) -> list[str]:
    names = [name for name in archive.names if name.lower().endswith(".json")]
    return names or ([*archive.names] if len(archive.names) == 1 else [])


def _is_export(archive: Archive, name: str) -> bool:
    """By its first message; an export without any by its list of chats."""
    empty = False
    try:
        for path, value in walk(pieces(archive, name, size=1 << 14), opened=_OPENED, spread=_SPREAD):
            if path[-2:] == ("messages", "*"):
                kind = value.get("type") if isinstance(value, dict) else None
                return kind in ("message", "service") and ("date_unixtime" in value or "date" in value)
            if path == ("*",):  # a list is no export, and may be long
                return False
            empty |= path in (("chats", "list"), ("left_chats", "list"))
    except SourceError:
        pass
    return empty


def _objects(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
