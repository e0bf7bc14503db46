"""Mattermost bulk export (JSON lines): people, channels, posts, replies, reactions, joins and leaves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive, load_json
from workbench.sources.json_stream import clean
from workbench.sources.streams import open_files

BY_PEOPLE = ("", "me", "slack_attachment", "reminder")
JOINS = ("system_join_channel", "system_add_to_channel", "system_join_team", "system_add_to_team")
LEAVES = ("system_leave_channel", "system_remove_from_channel", "system_leave_team", "system_remove_from_team")
RECORDS = ("team", "channel", "user", "bot", "post", "direct_channel", "direct_post")
CHANNELS = {"O": "channel", "P": "private channel"}
LONGEST_LINE = 1 << 26
LOOKED_AT = 20

_EPOCH, _FIRST, _LAST = datetime(1970, 1, 1), datetime(2000, 1, 1), datetime(2100, 1, 1)
_MENTION = re.compile(r"(?<![\w@./])@([\w.-]*\w)")
# Older versions wrote these lines without a type, in the server's language.
_SAID = re.compile(r"@?(\S+) (?:has )?(joined|left) the (channel|team)\.")


def recognises(path: Path) -> bool:
    """Whether a file, or one of the first files of a folder or archive, begins with the version line of a bulk export
    or with a team, channel, user or post as such a file tells them."""
    with open_files(path) as archive:
        return any(_begins_well(archive, name) for name in _candidates(archive)[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the lines, one at a time.

    Messages have no id in this format: channel, author and the millisecond of writing make it, and people and channels
    are known by their names. Replies are told inside the post they answer. A message told again counts once; what was
    edited last wins. Messages of webhooks are by a bot of the name that they show.

    Joins and leaves of a channel are memberships of it; those of the team are the community's where there is a single
    team. A deactivated account has left on the day of its `delete_at`, which newer versions write. Direct messages are
    private: they are counted, never kept. Coverage runs from the first to the last message.
    """
    platform = reading.platform = reading.platform or "mattermost"
    with open_files(path) as archive:
        server = _Server(platform, reading)
        found = [name for name in _candidates(archive) if _begins_well(archive, name)]
        if others := len(archive.names) - len(found):
            reading.dropped["file of another kind"] = others
        for name in found:
            for place, line in _lines(archive, name):
                rows = [problem(name, place, line)] if isinstance(line, str) else server.line(name, place, line)
                yield from rows
        yield from server.rest()


SOURCE = Source("mattermost", "Mattermost bulk export (JSON lines; file, folder or zip)", recognises, read)


@dataclass
class _Server:
    platform: str
    reading: Reading
    teams: set[str] = field(default_factory=set)
    users: dict[str, str | None] = field(default_factory=dict)
    """Roles by user name."""
    strangers: dict[str, str | None] = field(default_factory=dict)
    """Roles of authors whom no line introduces, by member_id without the platform."""
    channels: set[str] = field(default_factory=set)
    seen: dict[int, int] = field(default_factory=dict)
    """When each message was edited, 0 = never."""
    team_stays: list[dict] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    def line(self, file: str, place: str, line: Any) -> Iterator[Row]:
        kind = line.get("type") if isinstance(line, dict) else None
        if kind == "version":
            return
        if isinstance(kind, str) and kind not in RECORDS:
            self.reading.dropped[f"line of type {kind[:40]}"] += 1
            return
        told = line.get(kind) if isinstance(kind, str) else None
        if not isinstance(told, dict):
            self.reading.read["line"] += 1
            yield problem(file, place, "no line of a bulk export: a type and an object of that name")
            return
        make = {
            "team": self.team, "channel": self.channel, "user": self.user, "bot": self.user, "post": self.post,
            "direct_channel": self.direct, "direct_post": self.direct,
        }[kind]  # fmt: skip
        for row in make(kind, told):
            yield problem(file, place, row) if isinstance(row, str) else row

    def team(self, _: str, told: dict) -> Iterator[Row | str]:
        self.reading.read["team"] += 1
        if name := clean(told.get("name")):
            self.teams.add(name)
        else:
            yield "a team without a name"

    def channel(self, _: str, told: dict) -> Iterator[Row | str]:
        self.reading.read["channel"] += 1
        team, name = clean(told.get("team")), clean(told.get("name"))
        if team is None or name is None:
            yield "a channel without name or team"
            return
        self.channels.add(f"{team}/{name}")
        kind = clean(told.get("type"))
        yield (
            "groups",
            {
                "group_id": f"{self.platform}:{team}/{name}",
                "platform": self.platform,
                "name": clean(told.get("display_name")) or name,
                "kind": CHANNELS.get(kind or "", "channel"),
                "archived_at": _instant(told.get("delete_at")),
            },
        )

    def user(self, kind: str, told: dict) -> Iterator[Row | str]:
        name = clean(told.get("username"))
        (self.reading.repeated if name in self.users else self.reading.read)["user"] += 1
        if name is None:
            yield f"a {kind} without a user name"
            return
        roles = (clean(told.get("roles")) or "").split()
        role = "bot" if kind == "bot" else "staff" if "system_admin" in roles else "member"
        self.users[name] = role
        member_id = f"{self.platform}:{name}"
        yield (
            "members",
            {
                "member_id": member_id,
                "platform": self.platform,
                "display_name": name,
                "role": role,
                "language": (clean(told.get("locale")) or "")[:2].lower() or None,
                "attributes": {"guest": "yes"} if "system_guest" in roles else None,
            },
        )
        if left_at := _instant(told.get("delete_at")):
            self.reading.tells_leaves = True
            yield (
                "memberships",
                {
                    "membership_id": f"{member_id}:deactivated",
                    "member_id": member_id,
                    "end_at": left_at,
                    "end_reason": "deactivated",
                },
            )

    def direct(self, kind: str, told: dict) -> Iterator[Row | str]:
        yield from ()
        number = 1 + len(_objects(told.get("replies")))
        word = "direct message" if kind == "direct_post" else "direct channel"
        self.reading.read[word] += number
        self.reading.dropped[word] += number

    def post(self, _: str, told: dict) -> Iterator[Row | str]:
        team, channel = clean(told.get("team")), clean(told.get("channel"))
        opener = None
        for number, one in enumerate([told, *_list(told.get("replies"))]):
            why = _unreadable(one)
            if why is None and (team is None or channel is None):
                why = "a post without team or channel"
            if why:
                self.reading.read["message"] += 1
                yield why
                continue
            event_id = f"{self.platform}:{team}/{channel}:{one['user']}:{one['create_at']}"
            if number == 0:
                opener = event_id, self.author(one)
            elif opener is None:
                self.reading.read["message"] += 1
                yield "a reply in a post that cannot be read"
                continue
            key, edited = hash(event_id), _whole(one.get("edit_at")) or 0
            again = key in self.seen
            (self.reading.repeated if again else self.reading.read)["message"] += 1
            if again and edited <= self.seen[key]:
                continue
            self.seen[key] = edited
            yield from self.message(one, event_id, f"{team}/{channel}", None if number == 0 else opener)

    def message(self, one: dict, event_id: str, channel: str, opener: tuple[str, str] | None) -> Iterator[Row | str]:
        at, author, group_id = _instant(one["create_at"]), self.author(one), f"{self.platform}:{channel}"
        self.first, self.last = min(self.first or at, at), max(self.last or at, at)
        if channel not in self.channels:
            self.channels.add(channel)
            yield "groups", {"group_id": group_id, "platform": self.platform, "name": channel.partition("/")[2]}
        kind, text = _kind(one), clean(one.get("message")) or ""
        if kind in JOINS + LEAVES:
            yield from self.stay(kind, one, event_id, at, group_id)
            return
        if kind not in BY_PEOPLE:
            self.reading.dropped[f"system line: {kind[:60]}"] += 1
            return
        observed_at = _instant(one.get("edit_at"))
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": False,
                "member_id": author,
                "kind": "reply" if opener else "post",
                "group_id": group_id,
                "thread_id": opener[0] if opener else event_id,
                "reply_to": opener[0] if opener else None,
                "target_member_id": opener[1] if opener else None,
                "mentions": [f"{self.platform}:{name}" for name in self.mentioned(text)],
                "n_chars": len(text),
                "platform": self.platform,
                "observed_at": observed_at,
            },
        )
        if text:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": observed_at}
        for reaction in _objects(one.get("reactions")):
            emoji, giver, given_at = (
                clean(reaction.get("emoji_name")), clean(reaction.get("user")), _instant(reaction.get("create_at")),
            )  # fmt: skip
            self.reading.read["reaction"] += 1
            if emoji is None or giver is None:
                yield "a reaction without emoji or giver"
                continue
            yield (
                "events",
                {
                    "event_id": f"{event_id}:{emoji}:{giver}",
                    "occurred_at": given_at or at,
                    "time_approximate": given_at is None,
                    "member_id": self.member(giver),
                    "kind": "reaction",
                    "group_id": group_id,
                    "reply_to": event_id,
                    "target_member_id": author,
                    "platform": self.platform,
                },
            )

    def stay(self, kind: str, one: dict, event_id: str, at: datetime, group_id: str) -> Iterator[Row]:
        """A join or leave; whom somebody added or removed is told beside."""
        props = one.get("props") if isinstance(one.get("props"), dict) else {}
        beside = clean(props.get("addedUsername")) or clean(props.get("removedUsername"))
        if "_add_" in kind or "_remove_" in kind:
            who = beside or clean(props.get("username")) or one["user"]
        else:
            who = one["user"]
        stay = {"membership_id": event_id, "member_id": self.member(who), "group_id": group_id}
        if kind in JOINS:
            stay |= {"start_at": at, "end_reason": None}
        else:
            stay |= {"end_at": at, "end_reason": "removed" if "_remove_" in kind else "left"}
        if kind.endswith("_team"):
            self.team_stays.append(stay | {"group_id": None})
        else:
            yield "memberships", stay

    def author(self, one: dict) -> str:
        props = one.get("props") if isinstance(one.get("props"), dict) else {}
        if props.get("from_webhook") in ("true", True):
            shown = clean(props.get("override_username")) or one["user"]
            self.strangers[f"webhook:{shown}"] = "bot"
            return f"{self.platform}:webhook:{shown}"
        return self.member(one["user"], "bot" if props.get("from_bot") in ("true", True) else None)

    def member(self, name: str, role: str | None = None) -> str:
        if name not in self.users or (role and self.users[name] != role):
            self.strangers[name] = role or self.strangers.get(name)
        return f"{self.platform}:{name}"

    def mentioned(self, text: str) -> list[str]:
        """User names that are mentioned and known; a name may be followed by a full stop."""
        return list(dict.fromkeys(name for name in _MENTION.findall(text) if name in self.users))

    def rest(self) -> Iterator[Row]:
        for name, role in self.strangers.items():
            yield (
                "members",
                {
                    "member_id": f"{self.platform}:{name}",
                    "platform": self.platform,
                    "display_name": name.removeprefix("webhook:"),
                    "role": role,
                },
            )
        if len(self.teams) <= 1:
            for stay in self.team_stays:
                side = "tells_joins" if "start_at" in stay else "tells_leaves"
                setattr(self.reading, side, True)
                yield "memberships", stay
        elif self.team_stays:
            self.reading.dropped["join or leave of one of several teams"] += len(self.team_stays)
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": "", "from_at": self.first, "to_at": self.last},
            )


def _candidates(archive: Archive) -> list[str]:
    return [name for name in archive.names if name.lower().endswith((".jsonl", ".json"))] or list(archive.names[:1])


def _begins_well(archive: Archive, name: str) -> bool:
    try:
        with archive.open(name) as stream:
            start = stream.readline(1 << 16).removeprefix(b"\xef\xbb\xbf")
            first = load_json(start) if start.lstrip().startswith(b"{") else None
    except SourceError:
        return False
    if not isinstance(first, dict):
        return False
    kind = first.get("type")
    if kind == "version":
        return isinstance(first.get("version"), int)
    return kind in RECORDS and isinstance(first.get(kind), dict)


def _lines(archive: Archive, name: str) -> Iterator[tuple[str, Any]]:
    """Place and value of each line, or why it cannot be read."""
    number = 0
    try:
        with archive.open(name) as stream:
            for line in iter(partial(stream.readline, LONGEST_LINE), b""):
                number += 1
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    while (more := stream.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                        pass
                    yield f"line {number}", f"a line of more than {LONGEST_LINE >> 20} MB"
                elif line.strip():
                    try:
                        value = load_json(line.removeprefix(b"\xef\xbb\xbf"))
                    except SourceError as error:
                        value = str(error)
                    yield f"line {number}", value if isinstance(value, dict | str) else "no JSON object"
    except SourceError as error:
        yield f"line {number + 1}", f"the rest of the file cannot be read: {error}"


def _unreadable(one: Any) -> str | None:
    """Why a record is no message, if so."""
    if not isinstance(one, dict):
        return "a message that is no JSON object"
    if clean(one.get("user")) is None:
        return "a message without an author"
    if one.get("create_at") is None:
        return "the message has no create_at, so no time"
    if _instant(one["create_at"]) is None:
        return f"create_at = {str(one['create_at'])[:40]!r} is no time in milliseconds between the years 2000 and 2100"
    return None


def _kind(one: dict) -> str:
    kind = one.get("type")
    if isinstance(kind, str):
        return kind
    said = _SAID.fullmatch(one["message"]) if isinstance(one.get("message"), str) else None
    if said and said[1] == one["user"]:
        return f"system_{'join' if said[2] == 'joined' else 'leave'}_{said[3]}"
    return ""


def _instant(value: Any) -> datetime | None:
    """Mattermost's milliseconds as naive UTC.

    >>> _instant(1790845200123), _instant(0), _instant("soon")
    (datetime.datetime(2026, 10, 1, 9, 0, 0, 123000), None, None)
    """
    number = _whole(value)
    if number is None or not 0 < number < 1 << 42:
        return None
    instant = _EPOCH + timedelta(milliseconds=number)
    return instant if _FIRST <= instant < _LAST else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict]:
    return [one for one in _list(value) if isinstance(one, dict)]
