"""Facebook: Messenger group chats; of a person's own export what it tells of groups: own posts, comments, joins."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive
from workbench.sources.json_stream import OPEN, Unreadable, clean, walk
from workbench.sources.known_ids import KnownIds
from workbench.sources.streams import open_files, pieces

LISTS = {
    "group_posts_v2": "post", "group_posts": "post", "activity_log_data": "post",
    "group_comments_v2": "comment", "group_comments": "comment", "comments_v2": "comment",
    "groups_joined_v2": "membership", "groups_joined": "membership",
}  # fmt: skip
ANYWHERE = "comments_v2"
"""The list of comments on whatever page; the others are of groups."""
MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "share", "media")
YOU = ("you", "You", "vous", "Vous")
LOOKED_AT = 20
SMALL = 64_000_000
"""Bytes of a file that is looked at whole; Facebook puts 10,000 messages into one."""

_OPENED = frozenset({*LISTS, "messages", "profile_v2", "name"})
_LIKELY = re.compile(
    r"(?:^|/)(?:message_\d+|group_posts_and_comments|your_posts_in_groups|your_comments_in_groups|comments|"
    r"your_group_membership_activity|profile_information)\.json$",
    re.IGNORECASE,
)
_PAGES = re.compile(r"(?:^|/)(?:message_1|group_posts_and_comments|your_posts_in_groups)\.html$", re.IGNORECASE)
_EPOCH, _FIRST, _LAST = datetime(1970, 1, 1), datetime(2004, 2, 4), datetime(2100, 1, 1)

# What Facebook itself writes behind the name of who did it. The French lines are not verified.
_JOIN = re.compile(r"added (.+) to the group\.?|joined the group\.?|a ajouté (.+) au groupe\.?|a rejoint le groupe\.?")
_LEAVE = re.compile(
    r"removed (.+) from the group\.?|left the group\.?|a (?:retiré|supprimé) (.+) du groupe\.?|a quitté le groupe\.?"
)
_SYSTEM = re.compile(
    r"created the group|named the group|changed the (?:group|chat|theme)|set the (?:nickname|quick reaction|emoji)|"
    r"set (?:his|her|their|your|my) (?:own )?nickname|started a (?:call|video c|poll|plan)|joined the (?:video )?call|"
    r"pinned a message|a créé le groupe|a nommé le groupe|a modifié l[ae] (?:nom|photo|thème|discussion)|"
    r"a défini le (?:pseudo|surnom)|a lancé un (?:appel|sondage)|a épinglé un message"
)
_REACTED = re.compile(r"(?:Reacted .{1,20} to your message|A réagi .{1,20} à votre message)\s*")
_AND = re.compile(r", | and | et ")
_IN_GROUP = re.compile(
    r"(?P<who>.{1,200}?) (?:posted|shared|added|updated|created|asked|commented|replied|uploaded|"
    r"a (?:publié|partagé|ajouté|créé|commenté|répondu|posé))\b.{0,300}?"
    r"(?: to the group: | in the group: | dans le groupe\s?: | in | to | dans | sur )(?P<group>.{1,300}?)\.?",
    re.DOTALL,
)
_LEFT = re.compile(r"stopped being a member|left|no longer a member|a quitté|n.est plus membre|ne fait plus partie")


def recognises(path: Path) -> bool:
    """Whether a file, or one of the likely files of a folder or archive, is a Messenger conversation or a list of a
    person's posts, comments or memberships in groups. An export of web pages raises `SourceError`."""
    with open_files(path) as archive:
        if any(_kind(archive, name) not in (None, "profile") for name in _candidates(archive)):
            return True
        if any(map(_PAGES.search, archive.names)):
            raise SourceError(
                f"{path.name} is a Facebook export as web pages. Ask for it again and choose JSON as the format."
            )
        return False


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """Each file twice: once for what stands around its records, once for the records, one at a time.

    Facebook writes UTF-8 as if it were Latin-1; that is undone. People have no ids, so the name shown is the account,
    and two people of one name are one. Messages have no ids: conversation, time and sender make one. Neither format
    tells which message answers which.

    A conversation of two is private: counted, never kept. Of a group's, lines of the system are joins and departures
    (of the community where there is a single conversation, else of the conversation), or counted as dropped; a message
    taken back is deleted at its own time. Coverage is one span a conversation.

    A personal export has its owner's own posts and comments only, comments without the post that they stand under; what
    stands on other pages than a group's is counted, never kept. It covers nothing.
    """
    platform = reading.platform = reading.platform or "facebook"
    with open_files(path) as archive:
        kinds = {name: kind for name in _candidates(archive) if (kind := _kind(archive, name))}
        if others := len(archive.names) - len(kinds):
            reading.dropped["file that tells nothing of groups"] = others
        export = _Export(platform, reading)
        chats = {name: _chat(archive, name) for name, kind in kinds.items() if kind == "chat"}
        export.owner = _owner(archive, [name for name, kind in kinds.items() if kind != "chat"])
        export.alone = len({chat.native_id for chat in chats.values() if not chat.is_private}) == 1
        for name, chat in chats.items():
            yield from export.chat(archive, name, chat)
        own = [name for name, kind in kinds.items() if kind == "own"]
        for name in own:
            yield from export.own(archive, name)
        if own:
            reading.notes.append("a personal export tells what its owner wrote in groups, not what the others did")
        yield from export.rest()


SOURCE = Source(
    "facebook", "Facebook personal export or Messenger conversation (JSON; file, folder or zip)", recognises, read
)


@dataclass
class _Chat:
    """What stands around the messages of a conversation."""

    native_id: str
    title: str | None
    people: list[str]
    is_private: bool


@dataclass
class _Export:
    platform: str
    reading: Reading
    alone: bool = False
    owner: str | None = None
    members: dict[str, str] = field(default_factory=dict)
    """Name of each account."""
    groups: dict[str, dict] = field(default_factory=dict)
    spans: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    seen: KnownIds = field(default_factory=lambda: KnownIds(1))
    """What each record said, by its id, both as hashes of 64 bits."""

    def chat(self, archive: Archive, file: str, chat: _Chat) -> Iterator[Row]:
        group_id = f"{self.platform}:{chat.native_id}"
        if not chat.is_private:
            self.groups[group_id] = {"name": chat.title, "kind": "chat"}
            for name in chat.people:
                self.member(name)
        for number, record in _records(archive, file):
            if number is None:
                yield problem(file, record[0], record[1])
                continue
            told = _message(record)
            if isinstance(told, str) or chat.is_private:
                self.reading.read["message"] += 1
            if isinstance(told, str):
                yield problem(file, f"message {number}", told)
            elif chat.is_private:
                self.reading.dropped["message of a private conversation"] += 1
            else:
                yield from self.message(record, *told, group_id)

    def message(self, record: dict, sender: str, at: datetime, text: str, group_id: str) -> Iterator[Row]:
        content = repr([text, *(record.get(key) for key in MEDIA)])[:5000]
        event_id = self.once(f"{group_id}:{_milliseconds(at)}:{sender[:200]}", content, word="message")
        if event_id is None:
            return
        first, last = self.spans.get(group_id, (at, at))
        self.spans[group_id] = min(first, at), max(last, at)
        names, side = _moved(record, sender, text)
        if side:
            yield from self.stays(names, side, sender, at, group_id, event_id)
            return
        if record.get("type") in ("Call", "Plan") or _is_system(text, sender):
            self.reading.dropped["system line"] += 1
            return
        taken_back = bool(record.get("is_unsent") or record.get("isUnsent") or record.get("is_taken_down"))
        text = "" if taken_back else text
        member_id = self.member(sender)
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": False,
                "member_id": member_id,
                "kind": "post",
                "group_id": group_id,
                "deleted_at": at if taken_back else None,
                "n_chars": None if taken_back else len(text),
                "platform": self.platform,
            },
        )
        if text or taken_back:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text}
        for reaction in _objects(record.get("reactions")):
            actor, emoji = mended(reaction.get("actor")), mended(reaction.get("reaction"))
            if actor is None or emoji is None:
                self.reading.dropped["reaction without giver or emoji"] += 1
                continue
            given_at = _seconds(reaction.get("timestamp"))
            yield (
                "events",
                {
                    "event_id": f"{event_id}:{emoji[:100]}:{actor[:200]}",
                    "occurred_at": given_at or at,
                    "time_approximate": given_at is None,
                    "member_id": self.member(actor),
                    "kind": "reaction",
                    "group_id": group_id,
                    "reply_to": event_id,
                    "target_member_id": member_id,
                    "platform": self.platform,
                },
            )

    def stays(
        self, names: list[str], side: str, sender: str, at: datetime, group_id: str, event_id: str
    ) -> Iterator[Row]:
        joined = side == "start_at"
        self.reading.tells_joins |= self.alone and joined
        self.reading.tells_leaves |= self.alone and not joined
        for name in dict.fromkeys(names):
            name = self.owner if name in YOU else name
            if name is None:
                self.reading.dropped["join or departure of an owner without name"] += 1
                continue
            stay = {
                "membership_id": f"{event_id}:{name[:200]}",
                "member_id": self.member(name),
                "group_id": None if self.alone else group_id,
                side: at,
            }
            reason = None if joined else "left" if name == sender else "removed"
            yield "memberships", stay | {"end_reason": reason}

    def own(self, archive: Archive, file: str) -> Iterator[Row]:
        for key, number, record in _own_records(archive, file):
            if key is None:
                yield problem(file, f"after record {number}", record)
                continue
            kind = _own_kind(key, record)
            if not isinstance(record, dict):
                rows = record.why if isinstance(record, Unreadable) else "no JSON object"
            else:
                rows = self.own_membership(record) if kind == "membership" else self.own_words(kind, key, record)
            if isinstance(rows, str):
                self.reading.read[f"own {kind}"] += 1
                yield problem(file, f"{kind} {number}", rows)
            else:
                yield from rows

    def own_words(self, kind: str, key: str, record: dict) -> list[Row] | str:
        """A post or a comment of the owner's in a group."""
        told, at = _data(record, "comment" if kind == "comment" else "post"), _seconds(record.get("timestamp"))
        if at is None:
            return "its timestamp is no time in seconds between the years 2004 and 2100"
        found = _IN_GROUP.fullmatch((mended(record.get("title")) or "")[:500])
        group, who = (found["group"], found["who"]) if found else (None, None)
        if kind == "comment":
            told = told if isinstance(told, dict) else {}
            text, told_group = mended(told.get("comment")), mended(told.get("group"))
            author = mended(told.get("author")) or self.owner
            if told_group is None and key == ANYWHERE:
                self.reading.read["own comment"] += 1
                self.reading.dropped["comment outside of groups"] += 1
                return []
            group = told_group or group
        else:
            text, author = mended(told), self.owner or who
        if author is None:
            return "nothing tells who wrote it: take the whole export, in which profile_information.json is"
        group_id = None
        if group:
            group_id = f"{self.platform}:group:{group[:300]}"
            self.groups.setdefault(group_id, {"name": group, "kind": "group"})
        start = f"{self.platform}:{kind}:{_milliseconds(at) // 1000}:{author[:200]}"
        event_id = self.once(start, text or "", word=f"own {kind}")
        if event_id is None:
            return []
        event = {
            "event_id": event_id,
            "occurred_at": at,
            "time_approximate": False,
            "member_id": self.member(author),
            "kind": "post" if kind == "post" else "reply",
            "group_id": group_id,
            "n_chars": len(text or ""),
            "platform": self.platform,
        }
        message = {"event_id": event_id, "occurred_at": at, "text": text}
        return [("events", event), *([("messages", message)] if text else [])]

    def own_membership(self, record: dict) -> list[Row] | str:
        """The owner became a member of a group, or ceased to be one."""
        at, group, title = _seconds(record.get("timestamp")), _data(record, "name"), mended(record.get("title")) or ""
        group = mended(group)
        if at is None or group is None or self.owner is None:
            return "a membership without time or group, or of nobody knows whom"
        group_id = f"{self.platform}:group:{group[:300]}"
        self.groups.setdefault(group_id, {"name": group, "kind": "group"})
        side = {"end_at": at, "end_reason": "left"} if _LEFT.search(title) else {"start_at": at}
        membership_id = self.once(f"{group_id}:{_milliseconds(at)}:{self.owner[:200]}", title, word="own membership")
        if membership_id is None:
            return []
        stay = {"membership_id": membership_id, "member_id": self.member(self.owner), "group_id": group_id}
        return [("memberships", stay | side)]

    def once(self, event_id: str, content: str, *, word: str) -> str | None:
        """The id of a record, None if it was told before; another for another record of the same instant."""
        told = hash(content)
        for another in (False, True):
            one = f"{event_id}:{_digest(content):x}" if another else event_id
            known = self.seen.get(hash(one))
            if known is None:
                self.seen.add(hash(one), told)
                self.reading.read[word] += 1
                return one
            if known[0] == told:
                break
        self.reading.repeated[word] += 1
        return None

    def member(self, name: str) -> str:
        member_id = f"{self.platform}:{name[:300]}"
        self.members.setdefault(member_id, name)
        return member_id

    def rest(self) -> Iterator[Row]:
        for member_id, name in self.members.items():
            yield "members", {"member_id": member_id, "platform": self.platform, "display_name": name}
        for group_id, told in self.groups.items():
            yield "groups", {"group_id": group_id, "platform": self.platform, **told}
        for group_id, (first, last) in self.spans.items():
            yield (
                "coverage",
                {"platform": self.platform, "group_id": group_id, "from_at": first, "to_at": last},
            )


def mended(value: Any) -> str | None:
    """A text as it was meant: Facebook writes each byte of UTF-8 as a letter of Latin-1.

    >>> mended("Zo\u00c3\u00a9"), mended("Zo\u00e9"), mended(3)
    ('Zoé', 'Zoé', None)
    """
    text = clean(value)
    if text is None or text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _candidates(archive: Archive) -> list[str]:
    """The files that may be of use: those named as Facebook names them, and some others."""
    files = [name for name in archive.names if name.lower().endswith(".json") or len(archive.names) == 1]
    likely = [name for name in files if _LIKELY.search(name)]
    return sorted({*likely, *files[:LOOKED_AT]})


def _kind(archive: Archive, name: str) -> str | None:
    """What a file is: "chat", "own" (lists of the owner's doings), "profile", or nothing of use."""
    try:
        for number, (path, value) in enumerate(walk(pieces(archive, name, size=1 << 14), opened=_OPENED)):
            if path == ("messages", "*") and _sender(value) and _at(value):
                return "chat"
            if path[:2] == ("profile_v2", "name"):
                return "profile"
            if _is_listed(path):
                return "own" if isinstance(value, dict) and ("timestamp" in value or "title" in value) else None
            if number > 100:
                return None
    except SourceError:
        pass
    return None


class _Head(msgspec.Struct):
    """What stands around the messages of a file; decoded without them."""

    participants: Any = None
    title: Any = None
    thread_path: Any = None
    thread_type: Any = None
    threadName: Any = None


def _head(archive: Archive, name: str) -> dict[str, Any]:
    if archive.sizes[name] <= SMALL:
        try:
            return msgspec.structs.asdict(msgspec.json.decode(archive.read(name), type=_Head))
        except (ValueError, RecursionError, SourceError):
            pass  # what is damaged is read as far as it goes
    told: dict[str, Any] = {}
    try:
        for path, value in walk(pieces(archive, name), opened=_OPENED):
            if len(path) == 1 and value is not OPEN:
                told[path[0]] = value
    except SourceError:
        pass  # the broken place is told when the messages are read
    return told


def _chat(archive: Archive, name: str) -> _Chat:
    told = _head(archive, name)
    listed = told.get("participants") if isinstance(told.get("participants"), list) else []
    people = [mended(one.get("name") if isinstance(one, dict) else one) for one in listed]
    people = [one for one in people if one]
    title = mended(told.get("title")) or mended(told.get("threadName"))
    folder = name.rpartition("/")[0].rpartition("/")[2] or (archive.label if name != archive.label else "")
    path = (clean(told.get("thread_path")) or mended(told.get("threadName")) or folder).rpartition("/")[2]
    number = path.rpartition("_")[2]
    native_id = number if number.isdecimal() else path or f"chat:{title or name}"
    of_group = told.get("thread_type") == "RegularGroup" or len(people) > 2
    return _Chat(native_id[:300], title, people, is_private=not of_group)


def _records(archive: Archive, name: str) -> Iterator[tuple[int | None, Any]]:
    """Number and value of each message; at last None, the place and why the rest cannot be read, where it cannot."""
    number = 0
    try:
        for path, value in walk(pieces(archive, name), opened=_OPENED):
            if path == ("messages", "*"):
                number += 1
                yield number, value
    except SourceError as error:
        yield None, (f"after message {number}", f"the rest of the file cannot be read: {error}")


def _own_records(archive: Archive, name: str) -> Iterator[tuple[str | None, int, Any]]:
    """List, number and value of each record; at last None and why the rest cannot be read, where it cannot."""
    number = 0
    try:
        for path, value in walk(pieces(archive, name), opened=_OPENED):
            if _is_listed(path):
                number += 1
                yield path[-2], number, value
    except SourceError as error:
        yield None, number, f"the rest of the file cannot be read: {error}"


def _is_listed(path: tuple[str, ...]) -> bool:
    return len(path) > 1 and path[-1] == "*" and path[-2] in LISTS


def _own_kind(key: str, record: Any) -> str:
    """Old exports have posts and comments in one list."""
    if LISTS[key] == "post" and isinstance(record, dict) and isinstance(_data(record, "comment"), dict):
        return "comment"
    return LISTS[key]


def _owner(archive: Archive, names: list[str]) -> str | None:
    """Whose export it is: as the profile says, else who wrote the comments."""
    authors: Counter[str] = Counter()
    for name in names:
        try:
            for path, value in walk(pieces(archive, name), opened=_OPENED):
                if path == ("profile_v2", "name", "full_name") and mended(value):
                    return mended(value)
                if path[-1:] == ("*",) and isinstance(value, dict):
                    comment = _data(value, "comment")
                    author = mended(comment.get("author")) if isinstance(comment, dict) else None
                    authors.update([author] if author else [])
        except SourceError:
            continue  # the broken place is told when the records are read
    return min(authors, key=lambda author: (-authors[author], author), default=None)


def _data(record: dict, key: str) -> Any:
    """The value of `key` in the record's parts."""
    return next((part[key] for part in _objects(record.get("data")) if key in part), None)


def _message(record: Any) -> tuple[str, datetime, str] | str:
    """Sender, time and text of a message, or why it cannot be read."""
    if not isinstance(record, dict):
        return record.why if isinstance(record, Unreadable) else "no JSON object"
    sender, at = _sender(record), _at(record)
    if sender is None or at is None:
        return "a message without sender, or without a time between the years 2004 and 2100"
    share = record.get("share") if isinstance(record.get("share"), dict) else {}
    text = mended(record.get("content")) or mended(record.get("text")) or ""
    link = mended(share.get("link")) or ""
    return sender, at, text if not link or link in text else f"{text}\n{link}".strip()


def _sender(record: Any) -> str | None:
    return (mended(record.get("sender_name")) or mended(record.get("senderName"))) if isinstance(record, dict) else None


def _at(record: dict) -> datetime | None:
    told = record.get("timestamp_ms", record.get("timestamp"))
    return _seconds(told / 1000) if type(told) is int and abs(told) < 1 << 53 else None


def _moved(record: dict, sender: str, text: str) -> tuple[list[str], str | None]:
    """Who joined or left by this line, and which end of a stay it is; None where it is no such line."""
    kind = record.get("type")
    if kind in ("Subscribe", "Unsubscribe"):
        names = [mended(user.get("name")) for user in _objects(record.get("users"))]
        return [name for name in names if name] or [sender], "start_at" if kind == "Subscribe" else "end_at"
    if kind == "Generic":  # an old export, which has the two kinds above
        return [], None
    said = _done(text, sender)
    for pattern, side in ((_JOIN, "start_at"), (_LEAVE, "end_at")):
        if found := pattern.fullmatch(said):
            names = next(filter(None, found.groups()), None)
            return _AND.split(names) if names else [sender], side
    return [], None


def _is_system(text: str, sender: str) -> bool:
    return bool(_SYSTEM.match(_done(text, sender)) or _REACTED.fullmatch(text))


def _done(text: str, sender: str) -> str:
    """What a line of the system says that the sender did; the owner of the export is "you" there."""
    text = text[:1000]
    if text.startswith("Vous avez "):
        return "a " + text.removeprefix("Vous avez ")
    for name in (sender, "You"):
        if text.startswith(name + " "):
            return text[len(name) + 1 :]
    return ""


def _seconds(value: Any) -> datetime | None:
    """Seconds since 1970 as naive UTC.

    >>> _seconds(1790845200), _seconds(0)
    (datetime.datetime(2026, 10, 1, 9, 0), None)
    """
    if type(value) not in (int, float) or not 0 < value < 1 << 33:
        return None
    at = _EPOCH + timedelta(milliseconds=round(value * 1000))
    return at if _FIRST <= at < _LAST else None


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _objects(value: Any) -> list[dict]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
