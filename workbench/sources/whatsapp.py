"""WhatsApp chat export (text, folder or zip; Android and iOS): messages, joins and departures of a group."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from unicodedata import normalize
from zoneinfo import ZoneInfo

from workbench.errors import SettingsError, SourceError
from workbench.settings import check_timezone
from workbench.sources import Reading, Row, Source, problem
from workbench.sources import whatsapp_lines as lines
from workbench.sources.archive import Archive
from workbench.sources.streams import open_files, pieces
from workbench.words.zones import coded, told

LOOKED_AT = 20
LONGEST = 1_000_000
"""Characters of a message; WhatsApp sends at most 65,536."""
HEAD = 1 << 16
YOU = "you"

_FIRST_YEAR, _LAST_YEAR = 2009, 2099
_SPACE = "[ \u00a0\u202f_]"
_HALF = rf"[AaPp]\.?{_SPACE}?[Mm]\.?"
_BEFORE = "[\u200e\u200f\u202a-\u202e\ufeff]*"
_WORD = rf"(?:(?:à|at|um|om|klo|a las|las|alle){_SPACE})?"
# In three pieces: up to the hour, the minute, the rest. Many messages share the first and the last.
_HEADER = re.compile(
    rf"\n({_BEFORE}+(\[)?+\d{{1,4}}+(?:/\d{{1,2}}+/|\.\d{{1,2}}+\.|-\d{{1,2}}+-)\d{{1,4}}+,?+{_SPACE}{{1,2}}+"
    rf"(?:(?!\d){_WORD}(?:{_HALF}{_SPACE})?)?\d{{1,2}}+[:.])(\d{{2}})"
    rf"((?:[:.]\d{{2}})?(?:{_SPACE}?{_HALF})?(?(2)\]|{_SPACE}[-–]){_SPACE})"
)
_HOUR = re.compile(
    rf"{_BEFORE}\[?(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}}),?{_SPACE}{{1,2}}{_WORD}(?:({_HALF}){_SPACE})?(\d{{1,2}})"
)
_SECOND = re.compile(rf"(?:[:.](\d{{2}}))?(?:{_SPACE}?({_HALF}))?")
_MINUTES = {f"{minute:02}": timedelta(minutes=minute) for minute in range(60)}
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ALL_SPACE = re.compile(r"\s+")
_PHONE = re.compile(r"\+?[\d\s().\u2010\u2011-]{7,}")
_MENTION = re.compile("@\u2068([^\u2069\n]{1,100})\u2069")
_SHORT_ODD = lines.DELETED | lines.OMITTED
_POLL_STARTS = frozenset({"POLL", "SOND", "UMFR", "ENCU", "ENQU", "PEIL"})
_ODD_LETTERS = "\u200e<" + "".join(sorted({word[0] for word in _POLL_STARTS}))
_META_AI = "Meta AI"


def recognises(path: Path) -> bool:
    """Whether a file, or a text file of a folder or archive, begins with a message of WhatsApp's form."""
    with open_files(path) as archive:
        return any(_is_chat(archive, name) for name in _texts(archive)[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over each chat, a message at a time, after a look ahead that settles the order of day and month.

    **Who.** An account is a display name or a phone number, as the exporter's phone shows it: two people of one name
    are one, and a conversation of two cannot be told from a group, so give groups only. A changed number is told as an
    attribute of the member: join the two by an identity map. Lines about "you" mean the exporter, who is
    `whatsapp:you` unless the export betrays the name ("You deleted this message").

    **Which chat.** A group is known by the name it was created under, where its first lines tell it, else by the name
    in the file's name. So exports of one chat meet whatever their files are called when they reach back to the
    creation, and by the file's name otherwise; two groups of one name would be taken for one.

    **Ids.** A message is known by chat, local minute, author, text, and its place among equals of that day, so that
    overlapping exports give the same rows, with or without their media. A message edited or deleted between two
    exports is another one in each.

    **When.** The file gives local times of the phone, without zone: `--timezone` must say it. In the hour that occurs
    twice in autumn, times are taken for the first. The order of day and month is proven by a year that comes first,
    a day above 12, dots, or else by which order lets time run forward; the proof is kept with the import. Messages of
    one minute (of one second on iOS) are set microseconds apart, so that their order is kept; an export that begins
    inside a minute gives way to one that knows that minute from its beginning.

    Each message opens a thread of its own: the export does not tell replies. Files are posts with their caption,
    polls are posts of question and options, deleted messages are deleted at their own time. Joins and departures are
    stays of the community where the export holds one chat, of the chat where it holds several; both count as told
    when such a line was met. Other system lines are counted as dropped, by kind.
    """
    platform = reading.platform = reading.platform or "whatsapp"
    zone = _zone(path, reading)
    with open_files(path) as archive:
        names = [name for name in _texts(archive) if _is_chat(archive, name)]
        if others := len(archive.names) - len(names):
            reading.dropped["file beside the chat"] = others
        members = _Members(platform)
        proofs = []
        for name in names:
            order = yield from _order(archive, name)
            proofs.append(order.proof if len(names) == 1 else {**order.proof, "file": name})
            group_id, shown = _group(archive, name, platform)
            chat = _Chat(platform, name, group_id, shown, len(names) == 1, order, zone, reading, members)
            yield from _messages(archive, chat)
            yield from chat.rows()
        reading.time_zone = [{"how": "given", "zone": reading.timezone}, *proofs[:5]]
        yield from members.rows(reading)


SOURCE = Source("whatsapp", "WhatsApp chat export (text, its folder or zip)", recognises, read)


@dataclass
class _Members:
    platform: str
    by_raw: dict[str, str] = field(default_factory=dict)
    """member_id by the name as it stands in the file."""
    shown: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """Of who joined: by whom and how, the first time."""
    renumbered: dict[str, dict[str, str]] = field(default_factory=dict)

    def member(self, raw: str) -> str | None:
        known = self.by_raw.get(raw)
        if known:
            return known
        name = _plain(raw).removeprefix("~").strip()
        if not name:
            return None
        native_id = _phone(name) or name
        member_id = self.by_raw[raw] = f"{self.platform}:{native_id}"
        self.shown.setdefault(member_id, name)
        return member_id

    def several(self, raw: str) -> list[str]:
        """The people of a list such as "Ana, Bob and Zoe"; a name that is known as a whole is not taken apart."""
        parts = []
        for part in raw.split(", "):
            if part in self.by_raw:
                parts.append(part)
            else:
                parts.extend(re.split(r" (?:and|et|und|y|e|en) ", part))
        return [
            part for part in (re.sub(r"^(?:and|et|und|y|e|en) |^a (?=[A-Z+~])", "", part) for part in parts) if part
        ]

    def rows(self, reading: Reading) -> Iterator[Row]:
        for member_id, name in self.shown.items():
            by, source = self.joined.get(member_id, (None, None))
            yield (
                "members",
                {
                    "member_id": member_id,
                    "platform": self.platform,
                    "display_name": name,
                    "role": "bot" if name == _META_AI else "member",
                    "invited_by": by,
                    "join_source": source,
                    "attributes": self.renumbered.get(member_id),
                },
            )
        if self.renumbered:
            reading.notes.append(
                f"{len(self.renumbered)} changed their number: who shows up under a new one counts twice until an "
                "identity map joins the two"
            )


@dataclass(frozen=True)
class _Order:
    day_first: bool
    proof: dict[str, str | int]
    """How it is known, as in `Reading.time_zone`."""


@dataclass
class _Chat:
    """One chat while it is read."""

    platform: str
    file: str
    group_id: str
    name: str
    alone: bool
    order: _Order
    zone: ZoneInfo
    reading: Reading
    members: _Members
    owner: str | None = None
    """Who exported the chat, once a line betrays it."""
    creator: str | None = ""
    created_at: datetime | None = None
    stays: list[tuple[dict, str | None, str | None, str | None]] = field(default_factory=list)
    """Stays about to be written: row, member and inviter (None = the exporter), and how they joined."""
    not_understood: int = 0
    mixed: set[str] = field(default_factory=set)
    """Hours dated in the other order of day and month."""
    first: datetime | None = None
    last: datetime | None = None

    def hour(self, start: str, after: str | None) -> tuple[datetime | None, str]:
        """The UTC instant an hour began, and its local name; None when there is no such hour."""
        a, _, b, c, before, hour = _HOUR.match(start).groups()
        day = _date(a, b, c, self.order.day_first)
        if day is None and (day := _date(a, b, c, not self.order.day_first)):
            self.mixed.add(f"{day} {hour} {before or after}")
        number, half = int(hour), before or after
        if half:
            number = number % 12 + 12 * (half[0] in "pP") if number <= 12 else number
        if day is None or number > 23:
            return None, ""
        local = datetime(day.year, day.month, day.day, number)
        return local - self.zone.utcoffset(local), f"{day.year}{day.month:02}{day.day:02}{number:02}"

    def rows(self) -> Iterator[Row]:
        you = self.owner or f"{self.platform}:{YOU}"
        for row, member, inviter, source in self.stays:
            member_id = you if member is None else member
            yield "memberships", {**row, "member_id": member_id}
            if "start_at" in row and source:
                self.members.joined.setdefault(member_id, (you if inviter is None else inviter or None, source))
        if self.owner is None and any(None in stay[1:2] for stay in self.stays):
            self.reading.notes.append(
                f'{self.file}: system lines say "you" for the person who exported the chat; the file does not tell '
                f"the name, so that person joins as {you}. An identity map can join it to the account"
            )
        if self.not_understood:
            self.reading.notes.append(
                f"{self.file}: {self.not_understood} system lines were not understood; joins and departures may be "
                "missing"
            )
        if self.mixed:
            why = f"{len(self.mixed)} hours are dated in the other order of day and month than the rest"
            why += f" ({told(coded([self.order.proof]), 'en')}); they were read in the only order possible for them"
            yield problem(self.file, "the dates", why)
        yield (
            "groups",
            {
                "group_id": self.group_id,
                "platform": self.platform,
                "name": self.name,
                "kind": "chat",
                "owner_ids": [you if self.creator is None else self.creator] if self.creator != "" else None,
                "created_at": self.created_at,
            },
        )
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": self.group_id, "from_at": self.first, "to_at": self.last},
            )


def _messages(archive: Archive, chat: _Chat) -> Iterator[Row]:
    """The rows of a chat. What most messages need stands here in one piece: half a million of them are common."""
    platform, group_id, reading, members = chat.platform, chat.group_id, chat.reading, chat.members
    by_raw, hours, seen, today, same_hour, same_rest = members.by_raw, {}, {}, "", None, None
    seed, number, system = blake2b(group_id.encode(), digest_size=12), 0, 0
    first, last = datetime.max, datetime.min
    told_at, place, begins = None, 0, False
    try:
        for wrong, messages in _split(archive, chat.file):
            if wrong:
                yield problem(chat.file, f"after record {number}", wrong)
            for start, _, minute, rest, body in messages:
                number += 1
                if rest != same_rest:
                    same_rest, same_hour, (second, half) = rest, None, _second(rest)
                if start != same_hour:
                    same_hour, key = start, start + half if half else start
                    if key not in hours:
                        if len(hours) > 10_000:
                            hours.clear()
                        hours[key] = chat.hour(start, half)
                    began, hour = hours[key]
                    day = hour[:8]
                past = _MINUTES.get(minute)
                if past is None:  # digits of another script, or no minute
                    minute = f"{int(minute):02}"
                    past = _MINUTES.get(minute)
                if began is None or past is None or second is None:
                    shown = (start + minute + rest).strip()[:40]
                    yield problem(chat.file, f"record {number}", f"{shown!r} is no time from 2009 to 2099")
                    continue
                at = began + past
                if second:
                    at += second
                if at < first:
                    first = at
                if at > last:
                    last = at
                if day != today:
                    today = day
                    seen.clear()
                author, colon, text = body.partition(": ")
                member = by_raw.get(author) if colon else None
                if member is None:
                    author, text = _author(body)
                    if author is None:
                        system += 1
                        _system(text, at, hour + minute, seed, seen, chat)
                        continue
                    member = members.member(author)
                said, deleted, mentions = text, False, []
                letter = text[:1]
                if (
                    (len(text) < 60 and text.casefold().rstrip(".") in _SHORT_ODD)
                    or (letter in _ODD_LETTERS and (letter in "\u200e<" or text[:4] in _POLL_STARTS))
                    or text[-1:] == ">"
                    or ("(" in text and " (" in text)  # one sign is found ten times as fast as two
                    or "\u200e" in text
                    or "\u2068" in text
                ):
                    text, said, deleted, mentions = _odd(text, member, chat)
                    if said is None:
                        system += 1
                        _system(text, at, hour + minute, seed, seen, chat)
                        continue
                if at == told_at:
                    place += 1
                    at += timedelta(microseconds=min(place, 999_999))
                else:
                    begins, told_at, place = told_at is None, at, 0
                # The export may begin inside its first minute: another one that knows that minute whole counts more.
                observed_at = told_at - timedelta(seconds=1) if begins else None
                digest = seed.copy()
                digest.update(f"{hour}{minute}\0{member}\0{said}".encode())
                event_id = f"{platform}:{digest.hexdigest()}"
                if event_id in seen:
                    seen[event_id] += 1
                    event_id = f"{event_id}-{seen[event_id]}"
                else:
                    seen[event_id] = 0
                yield (
                    "events",
                    {
                        "event_id": event_id,
                        "occurred_at": at,
                        "time_approximate": False,
                        "member_id": member,
                        "kind": "post",
                        "group_id": group_id,
                        "thread_id": event_id,
                        "mentions": mentions,
                        "deleted_at": at if deleted else None,
                        "n_chars": None if deleted else len(text),
                        "platform": platform,
                        "observed_at": observed_at,
                    },
                )
                if text:
                    row = {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": observed_at}
                    yield "messages", row
    except SourceError as error:
        yield problem(chat.file, f"after record {number}", f"the rest of the file cannot be read: {error}")
    reading.read["message"] += number - system
    reading.read["system line"] += system
    if first <= last:
        chat.first, chat.last = first, last


def _split(archive: Archive, name: str) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    """Messages by the bunch, each as the pieces of its first words, which hold its time, and all that follows. In
    front of a bunch, what is no message, if anything."""
    text, last, cut = "\n", [], False
    for piece in pieces(archive, name):
        text, *parts = _HEADER.split(text + piece)
        if parts:
            before = not cut and not last and text.strip("\ufeff\n ")
            parts, last, cut = parts[:-5], parts[-5:], False
            yield "text before the first message" if before else "", zip(*[iter(parts)] * 5, strict=True)
            text = "\n" + last[0] + "".join(last[2:])
        if len(last[4] if last else text) > LONGEST:
            if last:
                yield "", [(*last[:4], last[4][:LONGEST])]
            if not cut:
                yield f"a message of more than {LONGEST:,} characters was cut", ()
            text, last, cut = text[-200:], [], True
    if last:
        yield "", [(*last[:4], last[4].rstrip("\n"))]


@lru_cache(1_000)
def _second(rest: str) -> tuple[timedelta | None, str | None]:
    """What the piece behind the minute tells: the second, and which half of the day."""
    second, half = _SECOND.match(rest).groups()
    return (timedelta(seconds=int(second or 0)) if int(second or 0) < 60 else None), half


def _author(body: str) -> tuple[str | None, str]:
    """Author and text of a message; None and the line, if WhatsApp itself speaks."""
    line = body.partition("\n")[0]
    if lines.system_line(_plain(line)):
        return None, line
    author, colon, _ = line.partition(": ")
    if not colon and line.endswith(":"):
        author, colon = line[:-1], ":\n"
    if not colon or not 0 < len(author) <= 100 or not _plain(author).removeprefix("~").strip():
        return None, body
    text = body[len(author) + 2 :]
    return (None, text) if _is_system(text) else (author, text)


def _is_system(text: str) -> bool:
    """Whether WhatsApp itself speaks behind a mark, as on iOS, where the group or a member stands as the author."""
    if not text.startswith("\u200e"):
        return False
    plain = _plain(text)
    if lines.system_line(_plain(text.partition("\n")[0])):
        return True
    somebodys = plain.casefold().rstrip(".") in lines.DELETED or _caption(text) is not None
    somebodys = somebodys or len(plain) > 300 or lines.POLL.match(_MARKS.sub("", text))
    return not somebodys and lines.other_line(plain) is not None


def _odd(text: str, member: str, chat: _Chat) -> tuple[str, str | None, bool, list[str]]:
    """Text, what tells the message from others, whether it is deleted, and who is mentioned. The second is None for
    a system line, which iOS puts into somebody's mouth behind a mark."""
    if _is_system(text):
        return text, None, False, []
    plain = _MARKS.sub("", text).strip()
    short = plain.casefold().rstrip(".")
    if short in lines.DELETED:
        if short in lines.DELETED_BY_YOU:
            chat.owner = chat.owner or member
        return "", "\0deleted", True, []
    caption = _caption(text)
    if caption is not None:
        return caption, f"\0file\0{caption}", False, _mentions(caption, chat)
    mentions = _mentions(text, chat)
    words, mark, note = plain.rpartition("<")
    plain = words.rstrip() if lines.EDITED.fullmatch(mark + note) else plain
    return plain, lines.VOTES.sub("", plain) if lines.POLL.match(plain) else plain, False, mentions


def _caption(text: str) -> str | None:
    """The words sent with a file; "" without any, None where there is no file.

    >>> _caption("IMG-20240101-WA0001.jpg (file attached)\\nOur table"), _caption("Tea? \\u200eimage omitted")
    ('Our table', 'Tea?')
    >>> _caption("A file (attached by glue)")
    """
    before, mark, after = text.rpartition("\u200e")
    if mark and _is_file(after):
        return "" if " • " in before else _MARKS.sub("", before).strip()
    line, _, rest = _MARKS.sub("", text).strip().partition("\n")
    if _is_file(line):
        return rest.strip()
    return None


def _is_file(line: str) -> bool:
    line = line.strip()
    return line.casefold().rstrip(".") in lines.OMITTED or lines.ATTACHED.fullmatch(line) is not None


def _mentions(text: str, chat: _Chat) -> list[str]:
    """On new phones a mention is a name between two marks; on others it cannot be told from an @ before a word."""
    found = (_plain(name).removeprefix("~").strip() for name in _MENTION.findall(text))
    return list(dict.fromkeys(f"{chat.platform}:{_phone(name) or name}" for name in found if name))


def _system(text: str, at: datetime, local_minute: str, seed, seen: dict[str, int], chat: _Chat) -> None:
    """What a system line says about who belongs to the group; the rest is counted."""
    plain, reading, members = _plain(text), chat.reading, chat.members
    line = lines.system_line(plain)
    if line is None:
        kind = lines.other_line(plain)
        chat.not_understood += kind is None
        reading.dropped[f"system line: {kind or 'not understood'}"] += 1
        return
    who = members.member(line.who) if line.who else line.who
    if line.kind == "number changed":
        if who:
            told = {"number_changed_at": at.isoformat()}
            if line.name:
                told["number_changed_to"] = f"{chat.platform}:{_phone(line.name) or line.name}"
            members.renumbered[who] = told
        reading.dropped["system line: number changed"] += 1
        return
    if line.kind == "created":
        chat.creator, chat.created_at = who, at
        people, source = [who], None
    else:
        people = [members.member(one) if one.casefold() not in lines.YOU else None for one in
                  members.several(line.whom)] if line.whom else [line.whom]  # fmt: skip
        source = {"added": "invitation", "joined by link": "link"}.get(line.kind)
    leaves = line.kind in ("left", "removed")
    for member in people:
        if member == "":
            reading.dropped["system line: without a name"] += 1
            continue
        digest = seed.copy()
        digest.update(f"{local_minute}\0{line.kind}\0{member or YOU}".encode())
        membership_id = f"{chat.platform}:{digest.hexdigest()}"
        seen[membership_id] = seen.get(membership_id, -1) + 1
        if seen[membership_id]:
            membership_id += f"-{seen[membership_id]}"
        row = {"membership_id": membership_id, "group_id": None if chat.alone else chat.group_id,
               "end_at" if leaves else "start_at": at, "end_reason": line.kind if leaves else None}  # fmt: skip
        chat.stays.append((row, member, who if line.kind == "added" else "", source))
        if chat.alone:
            reading.tells_joins = reading.tells_leaves = True


def _order(archive: Archive, name: str) -> Iterator[Row]:
    """Returns the order of day and month, and how it is known; says so where it is not."""
    back = {True: 0, False: 0}
    previous: dict[bool, date] = {}
    number, tail, last = 0, "\n", None
    try:
        for piece in pieces(archive, name):
            text, tail = tail + piece, (tail + piece)[-100:]
            tail = tail[tail.find("\n") :] if "\n" in tail else ""
            for found in _HEADER.finditer(text):
                number += 1
                if found[1] == last:
                    continue
                last = found[1]
                a, sign, b, c, *_ = _HOUR.match(last).groups()
                shown = _plain(found[0]).strip("[]-– ")[:30]
                if len(a) == 4:
                    return _Order(True, {"how": "year_first", "shown": shown})
                if sign == ".":
                    return _Order(True, {"how": "dots", "shown": shown})
                for day_first, day in ((True, a), (False, b)):
                    if int(day) > 12 and _date(a, b, c, day_first):
                        how = "day_first" if day_first else "month_first"
                        return _Order(day_first, {"how": how, "shown": shown, "record": str(number)})
                    read = _date(a, b, c, day_first)
                    if read and day_first in previous:
                        back[day_first] += read < previous[day_first]
                    previous[day_first] = read or previous.get(day_first, date.min)
    except SourceError:
        pass  # told again, with its place, when the messages are read
    if back[True] != back[False]:
        day_first = back[True] < back[False]
        how = "day_first_by_course" if day_first else "month_first_by_course"
        return _Order(day_first, {"how": how, "back": min(back.values()), "otherwise": max(back.values())})
    why = (
        "day before month is a guess: no day above 12, and both orders fit. Bring an export of a longer time to be sure"
    )
    yield problem(name, "the dates", why)
    return _Order(True, {"how": "guess"})


def _date(a: str, b: str, c: str, day_first: bool) -> date | None:
    """
    >>> _date("31", "12", "23", True), _date("2024", "2", "1", True), _date("31", "12", "23", False)
    (datetime.date(2023, 12, 31), datetime.date(2024, 2, 1), None)
    """
    if len(a) == 4:
        year, month, day = a, b, c
    else:
        year, month, day = (c, b, a) if day_first else (c, a, b)
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(number, int(month), int(day)) if _FIRST_YEAR <= number <= _LAST_YEAR else None
    except ValueError:
        return None


def _group(archive: Archive, name: str, platform: str) -> tuple[str, str]:
    """The id of the chat and the name to show."""
    by_file, certain = _name_of_file(archive, name)
    created, speaker = "", ""
    for _, body in _head(archive, name):
        author, text = _author(body)
        if author is not None:
            continue
        line = lines.system_line(_plain(text.partition("\n")[0]))
        if line and line.kind == "created" and line.name:
            created = line.name
            break
        before, _, notice = body.partition(": ")
        if notice.startswith("\u200e") and not speaker and lines.other_line(_plain(notice)) == "encryption notice":
            speaker = _plain(before)
    known_by = created or (by_file if certain else speaker or by_file)
    return f"{platform}:chat:{_ALL_SPACE.sub(' ', normalize('NFC', known_by))}", by_file if certain else known_by


def _name_of_file(archive: Archive, name: str) -> tuple[str, bool]:
    """The chat's name by the file's, the folder's or the archive's name, and whether that has WhatsApp's form."""
    path = PurePosixPath(name)
    stems = [path.stem, path.parent.name, archive.label.rpartition(".")[0] or archive.label]
    stems = [re.sub(r" \(\d+\)$", "", normalize("NFC", stem)) for stem in stems]
    for stem in stems:
        if found := lines.FILE_NAME.match(stem):
            return found["name"].strip(), True
    return (stems[0] if stems[0] != "_chat" else stems[1] or "chat"), False


def _head(archive: Archive, name: str) -> Iterator[tuple[re.Match, str]]:
    try:
        text = "\n" + next(pieces(archive, name, size=HEAD), "")
    except SourceError:
        return
    found = None
    for following in _HEADER.finditer(text):
        if found:
            yield found, text[found.end() : following.start()]
        found = following
    if found:
        yield found, text[found.end() :].rstrip("\n")


def _is_chat(archive: Archive, name: str) -> bool:
    """By its first message, and by one that has an author or is a system line that is understood."""
    for number, (found, body) in enumerate(_head(archive, name)):
        if number == 0 and found.string[: found.start()].strip("\ufeff\n "):
            return False
        line = body.partition("\n")[0]
        if ": " in line[:102] or line.endswith(":") or lines.system_line(_plain(line)):
            return True
    return False


def _texts(archive: Archive) -> list[str]:
    names = [name for name in archive.names if name.lower().endswith(".txt")]
    return names or ([*archive.names] if len(archive.names) == 1 else [])


def _zone(path: Path, reading: Reading) -> ZoneInfo:
    if not reading.timezone:
        raise SourceError(
            f"{path.name} is a WhatsApp chat, whose times do not say their time zone. Say in which zone the phone was "
            "that exported it, for instance: --timezone Europe/Paris"
        )
    try:
        return ZoneInfo(check_timezone(reading.timezone, "--timezone"))
    except SettingsError as error:
        raise SourceError(str(error)) from None


def _phone(name: str) -> str | None:
    if not _PHONE.fullmatch(name):
        return None
    return ("+" if name.startswith("+") else "") + re.sub(r"\D", "", name)


def _plain(text: str) -> str:
    """A line of WhatsApp's own without marks, with plain spaces and apostrophes."""
    if not text.isascii():
        text = _MARKS.sub("", normalize("NFC", text)).replace("’", "'")
    return " ".join(text.split())
