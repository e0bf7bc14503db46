"""Zulip export (tar.gz or folder): people, channels, messages by topic, reactions, joins, departures, subscriptions."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive, is_archive, load_json, open_archive
from workbench.sources.json_stream import Unreadable, clean, walk
from workbench.sources.known_ids import KnownIds
from workbench.sources.streams import pieces

REALM = "realm.json"
ROLES = {100: "owner", 200: "staff", 300: "moderator"}
CHANNEL = 2
"""Of the types of recipient; the others are one person and a group of persons."""

# The audit log's kinds of event: numbers, in exports before 2019 words.
USER_CREATED, STREAM_ARCHIVED, STREAM_UNARCHIVED = (101, "user_created"), (602,), (604,)
JOINS = (102, 104, "user_activated", "user_reactivated")
LEAVES = {103: "deactivated", "user_deactivated": "deactivated", 106: "deleted", 107: "deleted"}
SUBSCRIBED = (301, 302, "subscription_created", "subscription_activated")
UNSUBSCRIBED = (303, "subscription_deactivated")

_SHARD = re.compile(r"messages-\d+\.json")
_EPOCH, _FIRST, _LAST = datetime(1970, 1, 1), datetime(2000, 1, 1), datetime(2100, 1, 1)
_MENTION = re.compile(r"@(_?)\*\*([^*\n|]*+)(?:\|(\d{1,18}+))?\*\*")
_SAID = re.compile(r"@_\*\*[^*\n]++\*\* \[[^\]\n]{0,40}\]\([^()\s]*/near/(\d{1,18})/?\):")
_FENCE = re.compile(r"(`{3,}|~{3,})[ ]*(\w*)[^`\n]*")


def recognises(path: Path) -> bool:
    """Whether `path` is an archive or folder with a `realm.json` that holds Zulip's tables."""
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        home = archive.home((REALM,))
        return home is not None and _is_realm(archive, home + REALM)


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """The tables of the organisation first, then the files of messages twice: once for the topics, once to tell them.

    A topic of a channel is a thread, opened by its message of smallest id, whatever the order of the files; all its
    other messages are replies. Who answers whom is told only where a message quotes another. Topics differ by more
    than the case of letters. Quoted text is left out of texts; a mention is @ and the account's number.

    Accounts join on `date_joined`. The audit log dates closed and reopened accounts and subscriptions; a closed account
    that it does not mention is a departure without a date; so are departures that Zulip dated afterwards
    (`backfilled`). Accounts of people who did not consent to the export are told as stand-ins, so that they are closed
    says nothing. A reaction has its message's time. Direct messages are private: they are counted, never kept.
    Deleted messages are not in the export. Coverage is one span for all channels, from the first to the last message.
    """
    platform = reading.platform = reading.platform or "zulip"
    with open_archive(path) as archive:
        home = archive.home((REALM,)) or ""
        shards = [name for name in archive.names if name.startswith(home) and _SHARD.fullmatch(name[len(home) :])]
        if others := len(archive.names) - len(shards) - 1:
            reading.dropped["file that holds no messages"] = others
        realm = _Realm(platform, reading)
        yield from realm.tables(archive, home + REALM)
        for name in shards:
            for table, _, record in _records(archive, name):
                if table == "zerver_message":
                    realm.learn(record)
        for name in shards:
            yield from realm.shard(archive, name)
        yield from realm.rest()


SOURCE = Source("zulip", "Zulip export (tar.gz, zip or folder)", recognises, read)


@dataclass
class _Realm:
    platform: str
    reading: Reading
    accounts: set[int] = field(default_factory=set)
    """Accounts that a table tells of."""
    names: dict[str, int | None] = field(default_factory=dict)
    """Accounts by full name; None where two have it."""
    strangers: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    told_closed: set[int] = field(default_factory=set)
    streams: dict[int, dict] = field(default_factory=dict)
    archived: dict[int, datetime | None] = field(default_factory=dict)
    recipients: dict[int, int | None] = field(default_factory=dict)
    """The stream of each recipient; None for people."""
    subscribed: array = field(default_factory=lambda: array("q"))
    """Pairs of account and recipient."""
    topics: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    """Id and author of the message that opened each topic."""
    known: KnownIds = field(default_factory=lambda: KnownIds(3))
    """Of each message its author, its stream (-1 = direct) and its time in microseconds."""
    reactions: array = field(default_factory=lambda: array("q"))
    """Triples of message, account and number of the emoji."""
    emoji: dict[str, int] = field(default_factory=dict)
    until: datetime = _EPOCH
    """The last message of a channel: what the export tells was true then, unless a message was edited later."""
    first: datetime | None = None
    last: datetime | None = None

    def tables(self, archive: Archive, file: str) -> Iterator[Row]:
        take = {
            "zerver_userprofile": self.user, "zerver_userprofile_mirrordummy": self.stand_in,
            "zerver_userprofile_crossrealm": self.service, "zerver_stream": self.stream,
            "zerver_recipient": self.recipient, "zerver_subscription": self.subscription,
            "zerver_realmauditlog": self.audit, "zerver_reaction": self.reaction,
        }  # fmt: skip
        for table, number, record in _streamed(archive, file):
            if table in take:
                for row in take[table](record, number) if isinstance(record, dict) else [_not_an_object(record)]:
                    yield problem(file, f"{table} {number}", row) if isinstance(row, str) else row
            elif table is None:
                yield problem(file, f"after record {number}", record)

    def user(self, told: dict, _: int, *, role: str | None = None, real: bool = True) -> Iterator[Row | str]:
        native_id = _whole(told.get("id"))
        (self.reading.repeated if native_id in self.accounts else self.reading.read)["user"] += 1
        if native_id is None:
            yield "a user without an id"
            return
        self.accounts.add(native_id)
        name = clean(told.get("full_name"))
        if name:
            self.names[name] = native_id if name not in self.names else None
        if told.get("is_bot"):
            role = "bot"
        elif role is None:
            admin = told.get("is_realm_admin") or told.get("is_realm_owner")
            role = ROLES.get(told.get("role"), "staff" if admin and "role" not in told else "member")
        joined_at = _instant(told.get("date_joined"))
        self.reading.tells_joins |= joined_at is not None
        yield (
            "members",
            {
                "member_id": self.member(native_id),
                "platform": self.platform,
                "display_name": name,
                "role": role,
                "joined_at": joined_at,
                "language": (clean(told.get("default_language")) or "")[:2].lower() or None,
                "time_zone": clean(told.get("timezone")),
                "deactivated": not told["is_active"] if real and isinstance(told.get("is_active"), bool) else None,
                "attributes": {"guest": "yes"} if told.get("role") == 600 or told.get("is_guest") else None,
            },
        )
        if real and told.get("is_active") is False:
            self.closed.add(native_id)

    def stand_in(self, told: dict, number: int) -> Iterator[Row | str]:
        return self.user(told, number, real=False)

    def service(self, told: dict, number: int) -> Iterator[Row | str]:
        """One of the server's own bots, of which only the address is told."""
        yield from self.user({"full_name": told.get("email"), **told}, number, role="bot")

    def stream(self, told: dict, _: int) -> Iterator[Row | str]:
        native_id = _whole(told.get("id"))
        self.reading.read["channel"] += 1
        if native_id is None:
            yield "a channel without an id"
            return
        self.streams[native_id] = {
            "name": clean(told.get("name")),
            "kind": "private channel" if told.get("invite_only") else "channel",
            "created_at": _instant(told.get("date_created")),
            "read_only": True if told.get("stream_post_policy") == 2 or told.get("is_announcement_only") else None,
        }
        if not told.get("deactivated"):
            self.archived[native_id] = None

    def recipient(self, told: dict, _: int) -> Iterator[str]:
        native_id, kind, whose = (_whole(told.get(key)) for key in ("id", "type", "type_id"))
        if None in (native_id, kind, whose):
            self.reading.read["recipient"] += 1
            yield "a recipient without id, type or type_id"
            return
        self.recipients[native_id] = whose if kind == CHANNEL else None

    def subscription(self, told: dict, _: int) -> Iterator[str]:
        user, recipient = _whole(told.get("user_profile")), _whole(told.get("recipient"))
        if user is None or recipient is None:
            self.reading.read["subscription"] += 1
            yield "a subscription without user_profile or recipient"
        elif told.get("active") is not False:
            self.subscribed.extend((user, recipient))

    def audit(self, told: dict, _: int) -> Iterator[Row | str]:
        kind, user, stream = told.get("event_type"), told.get("modified_user"), _whole(told.get("modified_stream"))
        user, native_id, at = _whole(user), _whole(told.get("id")), _instant(told.get("event_time"))
        self.reading.read["line of the audit log"] += 1
        if not isinstance(kind, int | str) or native_id is None or at is None:
            yield "a line of the audit log without id, event_type or event_time"
            return
        side = {"start_at": at} if kind in JOINS or kind in SUBSCRIBED else {"end_at": at}
        stay = {"membership_id": f"{self.platform}:audit:{native_id}", "member_id": f"{self.platform}:{user}", **side}
        if stream is not None and kind in STREAM_ARCHIVED + STREAM_UNARCHIVED:
            self.archived[stream] = at if kind in STREAM_ARCHIVED else None
        elif user is None or not (kind in JOINS or kind in LEAVES or kind in SUBSCRIBED + UNSUBSCRIBED):
            self.reading.tells_leaves |= kind in USER_CREATED
            self.reading.dropped[f"line of the audit log: {str(kind)[:40]}"] += 1
        elif told.get("backfilled"):
            self.reading.dropped["line of the audit log that was dated afterwards"] += 1
        elif kind in SUBSCRIBED + UNSUBSCRIBED:
            if stream is None:
                yield "a subscription in the audit log without a channel"
                return
            reason = {"end_reason": "left" if _whole(told.get("acting_user")) == user else "removed"}
            group = {"group_id": self.group(stream)}
            yield "memberships", stay | group | (reason if kind in UNSUBSCRIBED else {})
        else:
            self.reading.tells_leaves = True
            self.member(user)
            if kind in LEAVES:
                itself = kind not in (106, 107) and _whole(told.get("acting_user")) == user
                stay["end_reason"] = "left" if itself else LEAVES[kind]
                self.told_closed.add(user)
            yield "memberships", stay

    def reaction(self, told: dict, _: int) -> Iterator[str]:
        message, user, emoji = _whole(told.get("message")), _whole(told.get("user_profile")), told.get("emoji_name")
        self.reading.read["reaction"] += 1
        if message is None or user is None or clean(emoji) is None:
            yield "a reaction without message, user_profile or emoji_name"
        else:
            self.reactions.extend((message, user, self.emoji.setdefault(clean(emoji), len(self.emoji))))

    def learn(self, message: Any) -> None:
        """Remember the opener of the message's topic, and until when the export tells."""
        stream = self.recipients.get(message.get("recipient")) if _unreadable(message) is None else None
        if stream is not None:
            key, opener = (stream, _topic(message)), (message["id"], message["sender"])
            self.topics[key] = min(self.topics.get(key, opener), opener)
            self.until = max(self.until, _sent(message))

    def shard(self, archive: Archive, file: str) -> Iterator[Row]:
        for table, number, record in _records(archive, file):
            place = f"{table} {number}"
            if table == "zerver_reaction":
                rows = self.reaction(record, number) if isinstance(record, dict) else [_not_an_object(record)]
            elif table == "zerver_message":
                rows = self.message(record)
            elif table is None:
                place, rows = f"after record {number}", [record]
            else:
                continue
            for row in rows:
                yield problem(file, place, row) if isinstance(row, str) else row

    def message(self, told: Any) -> Iterator[Row | str]:
        why = _unreadable(told)
        if why is None and told["recipient"] not in self.recipients:
            why = f"its recipient is not in {REALM}, so nobody knows whether it is private"
        if why:
            self.reading.read["message"] += 1
            yield why
            return
        native_id, author, stream = told["id"], told["sender"], self.recipients[told["recipient"]]
        if self.known.get(native_id) is not None:
            self.reading.repeated["message"] += 1
            return
        self.reading.read["message"] += 1
        at = _sent(told)
        self.known.add(native_id, author, -1 if stream is None else stream, (at - _EPOCH) // timedelta(microseconds=1))
        if stream is None:
            self.reading.dropped["direct message"] += 1
            return
        self.first, self.last = min(self.first or at, at), max(self.last or at, at)
        opener, _ = self.topics[stream, _topic(told)]
        content = clean(told.get("content")) or ""
        answered, target = self.quoted(content, native_id)
        text, mentions = self.plain(content)
        edited_at = _instant(told.get("last_edit_time"))
        observed_at = edited_at if edited_at and edited_at > self.until else None
        yield (
            "events",
            {
                "event_id": f"{self.platform}:{native_id}",
                "occurred_at": at,
                "time_approximate": False,
                "member_id": self.member(author),
                "kind": "post" if opener == native_id else "reply",
                "group_id": self.group(stream),
                "thread_id": f"{self.platform}:{opener}",
                "reply_to": None if answered is None or opener == native_id else f"{self.platform}:{answered}",
                "target_member_id": None if target is None or opener == native_id else self.member(target),
                "mentions": mentions,
                "n_chars": len(text),
                "platform": self.platform,
                "observed_at": observed_at,
            },
        )
        if text:
            yield (
                "messages",
                {"event_id": f"{self.platform}:{native_id}", "occurred_at": at, "text": text,
                 "observed_at": observed_at},
            )  # fmt: skip

    def quoted(self, content: str, native_id: int) -> tuple[int | None, int | None]:
        """The message that this one quotes, and its author, where the export holds it in a channel."""
        said = _SAID.search(content)
        known = self.known.get(int(said[1])) if said and int(said[1]) != native_id else None
        return (int(said[1]), known[0]) if known and known[1] >= 0 else (None, None)

    def plain(self, content: str) -> tuple[str, list[str]]:
        """The text without what it quotes, and the accounts that it mentions."""
        mentions: dict[str, None] = {}

        def at(found: re.Match) -> str:
            native_id = int(found[3]) if found[3] else self.names.get(found[2])
            if native_id is None or native_id >= 1 << 62:
                return f"@{found[2]}"
            if not found[1]:
                mentions[self.member(native_id)] = None
            return f"@{native_id}"

        return _MENTION.sub(at, without_quotes(content)).strip(), list(mentions)

    def member(self, native_id: int) -> str:
        if native_id not in self.accounts:
            self.strangers.add(native_id)
        return f"{self.platform}:{native_id}"

    def group(self, stream: int) -> str:
        self.streams.setdefault(stream, {})
        return f"{self.platform}:{stream}"

    def rest(self) -> Iterator[Row]:
        words = list(self.emoji)
        for at in range(0, len(self.reactions), 3):
            message, user, emoji = self.reactions[at : at + 3]
            yield from self.reacted(message, user, words[emoji])
        for at in range(0, len(self.subscribed), 2):
            user, stream = self.subscribed[at], self.recipients.get(self.subscribed[at + 1])
            if stream is not None:
                stay = {"member_id": self.member(user), "group_id": self.group(stream)}
                yield "memberships", {"membership_id": f"{self.platform}:subscribed:{user}:{stream}", **stay}
        for user in sorted(self.closed - self.told_closed):
            member_id = self.member(user)
            yield (
                "memberships",
                {"membership_id": f"{member_id}:deactivated", "member_id": member_id, "end_reason": "deactivated"},
            )
        for stream, told in self.streams.items():
            at = self.archived.get(stream)
            ids = {"group_id": self.group(stream), "platform": self.platform}
            yield "groups", {**ids, **told, "archived_at": at}
        for native_id in sorted(self.strangers - self.accounts):
            yield "members", {"member_id": self.member(native_id), "platform": self.platform}
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": "", "from_at": self.first, "to_at": self.last},
            )

    def reacted(self, message: int, user: int, emoji: str) -> Iterator[Row]:
        known = self.known.get(message)
        if known is None or known[1] < 0:
            why = "a message that is not in the export" if known is None else "a direct message"
            self.reading.dropped[f"reaction to {why}"] += 1
            return
        author, stream, microseconds = known
        yield (
            "events",
            {
                "event_id": f"{self.platform}:{message}:{emoji[:200]}:{user}",
                "occurred_at": _EPOCH + timedelta(microseconds=microseconds),
                "time_approximate": True,
                "member_id": self.member(user),
                "kind": "reaction",
                "group_id": self.group(stream),
                "reply_to": f"{self.platform}:{message}",
                "target_member_id": self.member(author),
                "platform": self.platform,
            },
        )


def without_quotes(content: str) -> str:
    """Zulip's Markdown without the blocks that quote another message, and without the line that introduces them.

    >>> without_quotes("@_**Ana|5** [said](https://example.org/#narrow/near/7):\\n```quote\\nTea?\\n```\\nYes!")
    'Yes!'
    """
    if "quote" not in content:
        return content
    kept, fence, quoting = [], "", False
    for line in content.split("\n"):
        begins = _FENCE.fullmatch(line)
        if fence:
            if line.rstrip() == fence:
                if not quoting:
                    kept.append(line)
                fence, quoting = "", False
                continue
        elif begins:
            fence, quoting = begins[1], begins[2] == "quote"
            if quoting and kept and _SAID.fullmatch(kept[-1].rstrip()):
                kept.pop()
        if not quoting:
            kept.append(line)
    return "\n".join(kept)


class _Shard(msgspec.Struct):
    zerver_message: list[msgspec.Raw] = []
    zerver_reaction: list[msgspec.Raw] = []


def _records(archive: Archive, file: str) -> Iterator[tuple[str | None, int, Any]]:
    """Table, number and value of the messages and reactions of a file."""
    try:
        if archive.sizes[file] > archive.limits.whole_bytes:
            raise ValueError
        shard = msgspec.json.decode(archive.read(file), type=_Shard)
    except (ValueError, RecursionError):
        yield from _streamed(archive, file)
        return
    except SourceError as error:
        yield None, 0, str(error)
        return
    for table in _Shard.__struct_fields__:
        for number, raw in enumerate(getattr(shard, table), 1):
            try:
                yield table, number, load_json(bytes(raw))
            except SourceError as error:
                yield table, number, Unreadable(str(error))


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True


def _streamed(archive: Archive, file: str) -> Iterator[tuple[str | None, int, Any]]:
    """Table, number and value of each record; at last None and why the rest cannot be read, where it cannot."""
    number, table = 0, None
    try:
        for path, value in walk(pieces(archive, file), opened=_Everything()):
            if len(path) == 2 and path[1] == "*":
                number = 1 if path[0] != table else number + 1
                table = path[0]
                yield table, number, value
    except SourceError as error:
        yield None, number, f"the rest of the file cannot be read: {error}"


def _is_realm(archive: Archive, file: str) -> bool:
    try:
        for number, (path, _) in enumerate(walk(pieces(archive, file, size=1 << 14), opened=_Everything())):
            if path and path[0].startswith("zerver_"):
                return True
            if number > 50:
                return False
    except SourceError:
        pass
    return False


def _unreadable(told: Any) -> str | None:
    """Why a record is no message, if so."""
    if not isinstance(told, dict):
        return _not_an_object(told)
    for key in ("id", "sender", "recipient"):
        if _whole(told.get(key)) is None:
            return f"a message without {key}"
    return None if _sent(told) else "a message whose date_sent is no time between the years 2000 and 2100"


def _not_an_object(record: Any) -> str:
    return record.why if isinstance(record, Unreadable) else "no JSON object"


def _topic(told: dict) -> str:
    return (clean(told.get("subject")) or "").casefold()


def _sent(told: dict) -> datetime | None:
    return _instant(told.get("date_sent", told.get("pub_date")))


def _instant(value: Any) -> datetime | None:
    """Zulip's seconds, whole or not, as naive UTC.

    >>> _instant(1790845200.25), _instant(None), _instant("1790845200")
    (datetime.datetime(2026, 10, 1, 9, 0, 0, 250000), None, None)
    """
    if type(value) not in (int, float) or not 0 < value < 1 << 33:
        return None
    instant = _EPOCH + timedelta(seconds=value)
    return instant if _FIRST <= instant < _LAST else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1 << 62 else None
