"""IRC logs (irssi, WeeChat, ZNC and their like; a file, a folder or an archive of them): messages of channels."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from workbench.errors import SettingsError, SourceError
from workbench.settings import check_timezone
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import Archive
from workbench.sources.streams import open_files, pieces

LOOKED_AT, LOOKED_AT_LINES = 20, 200
LONGEST = 100_000
"""Characters of a line; IRC sends at most 512 bytes."""

_FIRST_YEAR, _LAST_YEAR = 1988, 2099
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(r"\[?(?:(\d{4})-(\d\d)-(\d\d)[ T])?\[?(\d\d):(\d\d)(?::(\d\d))?\]?[ \t](.*)", re.DOTALL)
_DAY = re.compile(r"--- (?:Log opened|Day changed) \w{3} (\w{3}) (\d\d) (?:\d\d:\d\d:\d\d )?(\d{4})")
_CLOSED = re.compile(r"--- Log closed ")
_NICK = r"[@+%&~! ]?([^\s<>\t,:@]{1,64})"
_SAID = re.compile(rf"<{_NICK}> ?(.*)", re.DOTALL)
_SAID_BY_TAB = re.compile(rf"{_NICK}\t(.*)", re.DOTALL)  # WeeChat
_DID = re.compile(rf" ?\*[ \t]{_NICK}(?: (.*))?", re.DOTALL)
_NOTICE = re.compile(r"-[^\s-][^\s]*- ")
_SERVER = re.compile(r"(?:\*\*\*|===|-!-|-->|<--|--)[ \t](.*)", re.DOTALL)
_KINDS = (
    ("join", re.compile(r"Joins: |\S+ (?:[\[(]\S*[\])] ?)? ?has joined ")),
    ("leave", re.compile(r"(?:Quits|Parts): |\S+ (?:[\[(]\S*[\])] ?)? ?has (?:left|quit)\b")),
    ("new nick", re.compile(r"(?:\S+ is|You're) now known as ")),
)
_CODES = re.compile("\x03(?:\\d{1,2}(?:,\\d{1,2})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_CHANNEL = re.compile(r"[#&][^\s,/]+?(?=[._-]?\d{4}|\.log|\.txt|\.weechatlog|/|$)")


def recognises(path: Path) -> bool:
    """Whether most of the first lines of a file, or of one of the first files of a folder or archive, are those of a
    log, and one is a message or somebody who comes or goes."""
    with open_files(path) as archive:
        return any(_is_log(archive, name) for name in _texts(archive)[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the files, in the order of the days in their names.

    **Who.** An account is a nick, whatever its capitals. A changed nick is another account: the log does not tell
    whether it is the same person or somebody who took the name; join them by an identity map. What a bridge relays
    from elsewhere is said by its bot.

    **When.** Logs give local times without a zone: `--timezone` must say it. The day is in the line, in a line of its
    own, or in the file's name; where the clock falls back by more than half a day, a new day begins. Messages of one
    second, or of one minute where the log tells no more, are set microseconds apart, so that their order is kept; a log
    that begins inside a minute gives way to one that knows that minute from its beginning.

    **Ids.** A message is known by channel, local time, nick, text, and its place among equals, so that overlapping
    logs give the same rows.

    Every message opens a thread of its own: IRC knows no replies. Coming and going is the connection of a program, not
    membership: it is counted and not kept, and neither joins nor leaves are told. Notices and lines of the server are
    counted as dropped.
    """
    platform = reading.platform = reading.platform or "irc"
    zone = _zone(path, reading)
    reading.time_zone = [{"how": "given", "zone": reading.timezone}]
    shown: dict[str, str] = {}
    channels: dict[str, _Channel] = {}
    with open_files(path) as archive:
        names = [name for name in _texts(archive) if _is_log(archive, name)]
        if others := len(archive.names) - len(names):
            reading.dropped["file beside the logs"] = others
        for name in sorted(names, key=lambda name: (_day_in(name) or date.min, name)):
            title = _channel(name)
            channel = channels.setdefault(title.casefold(), _Channel(f"{platform}:{title.casefold()}", title))
            yield from _messages(archive, name, channel, platform, zone, shown, reading)
    for member_id, nick in shown.items():
        yield "members", {"member_id": member_id, "platform": platform, "display_name": nick, "role": "member"}
    for channel in channels.values():
        yield (
            "groups",
            {"group_id": channel.group_id, "platform": platform, "name": channel.title, "kind": "chat"},
        )
        if channel.first:
            yield (
                "coverage",
                {
                    "platform": platform, "group_id": channel.group_id,
                    "from_at": channel.first, "to_at": channel.last,
                },
            )  # fmt: skip
    if renamed := reading.read["new nick"]:
        reading.notes.append(
            f"{renamed} times somebody took another nick: who writes under several counts as several until an identity "
            "map joins them"
        )


SOURCE = Source("irc", "IRC logs (irssi, WeeChat, ZNC; a file, a folder or an archive)", recognises, read)


@dataclass
class _Channel:
    group_id: str
    title: str
    first: datetime | None = None
    last: datetime | None = None
    tick: str = ""
    in_tick: int = 0
    """How many messages so far bear the last local time."""
    begins: bool = False
    """Whether that is the first time of the log, which may begin inside it."""
    today: str = ""
    seen: Counter = field(default_factory=Counter)


def _messages(
    archive: Archive, name: str, channel: _Channel, platform: str, zone: ZoneInfo, shown: dict, reading: Reading
) -> Iterator[Row]:
    day, clock, hours = _day_in(name), -1, {}
    try:
        for number, line in _lines(archive, name):
            if line is None:
                yield problem(name, f"line {number}", f"it is longer than {LONGEST:,} characters")
                continue
            if not line.strip() or _CLOSED.match(line):
                continue
            if found := _DAY.match(line):
                day, clock = _date(found[3], _MONTHS.index(found[1]) + 1 if found[1] in _MONTHS else 0, found[2]), -1
                continue
            found = _TIME.match(line)
            if not found:
                if _SERVER.match(line):
                    _count_server(line, reading)
                else:
                    yield problem(name, f"line {number}", f"{line[:40]!r} is no line of a log")
                continue
            year, month, month_day, hour, minute, second, rest = found.groups()
            now = (int(hour) * 60 + int(minute)) * 60 + int(second or 0)
            if year:
                day = _date(year, month, month_day)
            elif day and now < clock - 12 * 3600:
                day += timedelta(days=1)
            clock = now
            if day is None or now >= 24 * 3600 or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
                why = "its day is not known: neither the line nor the file's name tells it (channel_2026-10-05.log)"
                yield problem(name, f"line {number}", why if day is None else f"{line[:20]!r} is no time")
                continue
            key = (day, hour)
            if key not in hours:
                local = datetime(day.year, day.month, day.day, int(hour), tzinfo=zone)
                hours[key] = local.astimezone(UTC).replace(tzinfo=None)
            at = hours[key] + timedelta(seconds=now % 3600)
            channel.first = min(channel.first or at, at)
            channel.last = max(channel.last or at, at)
            said, did, server = _SAID.match(rest), _DID.match(rest), _SERVER.match(rest)
            if year and not said and not did and not server:
                said = _SAID_BY_TAB.match(rest)
            if not said and not did:
                if not server and _NOTICE.match(rest):
                    reading.dropped["notice"] += 1
                else:
                    _count_server(rest, reading)
                continue
            reading.read["message" if said else "action"] += 1
            nick, text = (said or did).groups()
            text = _CODES.sub("", text or "").strip()
            member_id = f"{platform}:{nick.casefold()}"
            shown.setdefault(member_id, nick)
            yield from _event(channel, f"{day:%Y%m%d}", f"{now:05}", at, member_id, text, platform)
    except SourceError as error:
        yield problem(name, "the file", f"the rest of it cannot be read: {error}")


def _event(
    channel: _Channel, today: str, time: str, at: datetime, member_id: str, text: str, platform: str
) -> Iterator[Row]:
    tick = today + time
    if today != channel.today:
        channel.today = today
        channel.seen.clear()
    if tick == channel.tick:
        channel.in_tick += 1
    else:
        channel.begins, channel.tick, channel.in_tick = not channel.tick, tick, 0
    # Where another log knows the first minute whole, that one counts.
    observed_at = at - timedelta(seconds=1) if channel.begins else None
    digest = blake2b(f"{channel.group_id}\0{tick}\0{member_id}\0{text}".encode(), digest_size=12).hexdigest()
    channel.seen[digest] += 1
    again = channel.seen[digest] - 1
    event_id = f"{platform}:{digest}" + (f"-{again}" if again else "")
    at += timedelta(microseconds=min(channel.in_tick, 999_999))
    yield (
        "events",
        {
            "event_id": event_id, "occurred_at": at, "time_approximate": False, "member_id": member_id, "kind": "post",
            "group_id": channel.group_id, "thread_id": event_id, "n_chars": len(text), "platform": platform,
            "observed_at": observed_at,
        },
    )  # fmt: skip
    if text:
        yield "messages", {"event_id": event_id, "occurred_at": at, "text": text, "observed_at": observed_at}


def _count_server(line: str, reading: Reading) -> None:
    """Who comes and goes is counted as read, and dropped; so is every other line of the server."""
    server = _SERVER.match(line)
    told = (server[1] if server else line).strip()
    kind = next((kind for kind, form in _KINDS if form.match(told)), "line of the server")
    reading.read[kind] += 1
    reading.dropped[kind if kind == "line of the server" else f"{kind}: a connection, not membership"] += 1


def _lines(archive: Archive, name: str) -> Iterator[tuple[int, str | None]]:
    """Numbered lines; None for one that is too long."""
    rest, number, cut = "", 0, False
    for piece in pieces(archive, name):
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            number += 1
            yield number, None if cut or len(line) > LONGEST else line
            cut = False
        if len(rest) > LONGEST:
            rest, cut = "", True
    if rest or cut:
        yield number + 1, None if cut else rest


def _is_log(archive: Archive, name: str) -> bool:
    lines = timed = alive = 0
    try:
        for number, line in _lines(archive, name):
            if number > LOOKED_AT_LINES:
                break
            if not line or not line.strip():
                continue
            lines += 1
            found = _TIME.match(line)
            rest = found[7] if found else line
            server = _SERVER.match(rest)
            timed += bool(found or server or _DAY.match(line) or _CLOSED.match(line))
            alive += bool(
                (found and (_SAID.match(rest) or (found[1] and "\t" in line and _SAID_BY_TAB.match(rest))))
                or (server and any(form.match(server[1].strip()) for _, form in _KINDS))
            )
    except SourceError:
        return False
    return alive > 0 and timed >= 0.9 * lines


def _texts(archive: Archive) -> list[str]:
    kinds = (".txt", ".log", ".weechatlog", "")
    return [name for name in archive.names if PurePosixPath(name).suffix.lower() in kinds or "#" in name]


def _channel(name: str) -> str:
    """The channel of a log, by its file's name or folder.

    >>> _channel("06/#tea_20160601.log.txt"), _channel("net/#Tea/2016-06-01.log"), _channel("irc.net.#tea.weechatlog")
    ('#tea', '#Tea', '#tea')
    >>> _channel("tea-2016-06-01.log"), _channel("2016-06-01.log")
    ('tea', 'irc')
    """
    if found := _CHANNEL.findall(name):
        return found[-1]
    stem = PurePosixPath(name).name.partition(".")[0]
    return _DATE_IN_NAME.split(stem)[0].strip("-_. ") or PurePosixPath(name).parent.name or "irc"


def _day_in(name: str) -> date | None:
    found = _DATE_IN_NAME.findall(PurePosixPath(name).name)
    return _date(*found[-1]) if found else None


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _zone(path: Path, reading: Reading) -> ZoneInfo:
    if not reading.timezone:
        raise SourceError(
            f"{path.name} is an IRC log, whose times do not say their time zone. Say in which zone the program ran "
            "that wrote it, for instance: --timezone Europe/Paris"
        )
    try:
        return ZoneInfo(check_timezone(reading.timezone, "--timezone"))
    except SettingsError as error:
        raise SourceError(str(error)) from None
