"""Cells that tell a time: Excel dates, ISO, epoch numbers, days with numbers or French or English month names."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from workbench.errors import SourceError

NOTHING = frozenset(
    {"", "-", "–", "—", "?", "n/a", "na", "#n/a", "#null!", "null", "none", "nan", "nil", "s.o.", "n.d.", "nd", "n.c."}
)
"""Words for an empty cell where a time or a number is expected."""
NEVER = NOTHING | {"0", "jamais", "never", "0000-00-00", "0000-00-00 00:00:00"}
FIRST_YEAR, LAST_YEAR = 1990, 2100

_SPACE = "[ \u00a0\u202f]"
_CLOCK = (
    rf"(?:(?:,?{_SPACE}+(?:à|at|a|um)?{_SPACE}*|T|,{_SPACE}*)"
    rf"(?P<hour>\d{{1,2}}){_SPACE}?(?:[:h.]{_SPACE}?(?P<minute>\d{{2}})?)?"
    rf"(?:[:m.](?P<second>\d{{2}})s?)?(?:[.,](?P<fraction>\d+))?{_SPACE}*(?P<half>[ap]\.?{_SPACE}?m\b\.?)?)?"
    rf"{_SPACE}*(?P<zone>Z|UTC|GMT|\(UTC\)|(?:UTC|GMT)?[+-]\d{{2}}:?\d{{2}})?"
)
_WEEKDAY = rf"(?:[^\W\d]+\.?,?{_SPACE}+)?"
_DAY, _NAME = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?", r"(?P<name>[^\W\d]+)\.?"
_SHAPES = [
    re.compile(shape + _CLOCK, re.IGNORECASE)
    for shape in (
        r"(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<year>\d{4}|\d{2})",
        r"(?P<year>\d{4})(?P<s>[/.-])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})",
        rf"{_WEEKDAY}{_DAY}[ \u00a0.-]+{_NAME},?[ \u00a0-]+(?P<year>\d{{4}}|\d{{2}})",
        rf"{_WEEKDAY}{_NAME}{_SPACE}+{_DAY},?{_SPACE}+(?P<year>\d{{4}})",
    )
]
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TWO_READINGS = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv january janvier", "feb fev fevr february fevrier", "mar mars march", "apr avr avril april",
            "may mai", "jun juin june", "jul juil juill july juillet", "aug aou aout august",
            "sep sept september septembre", "oct october octobre", "nov november novembre", "dec december decembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1)
_EXCEL_EPOCH = datetime(1899, 12, 30)


@dataclass(frozen=True)
class Order:
    """Whether 03/04 is the third of April, and how that is known; None where no date leaves a doubt."""

    day_first: bool | None
    proof: dict[str, str | int] | None = None
    """As in `Reading.time_zone`."""


def has_two_readings(cell) -> bool:
    """Whether the order of day and month matters to `cell`."""
    return type(cell) is str and _TWO_READINGS.match(cell) is not None


def decide_order(cells: Iterable[tuple[int, object]], *, column: str, place: Callable[[int], str]) -> Order:
    """The order of day and month that (line number, cell) pairs prove: by a day above 12. Raises `SourceError` when
    nothing is proven although it matters, or when both orders are.

    >>> decide_order([(2, "03/04/2024"), (3, "25/04/2024")], column="Date", place="line {}".format)
    Order(day_first=True, proof={'how': 'day_first', 'shown': '25/04/2024', 'line': '3'})
    """
    proofs: dict[bool, tuple[str, int]] = {}
    doubt = None
    for line, cell in cells:
        found = _TWO_READINGS.match(cell) if type(cell) is str else None
        if not found:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            proofs.setdefault(True, (cell.strip(), line))
        elif second > 12 >= first:
            proofs.setdefault(False, (cell.strip(), line))
        elif first != second and doubt is None:
            doubt = (cell.strip(), line, first, second, found)
    if len(proofs) == 2:
        (one, line), (other, other_line) = proofs[True], proofs[False]
        raise SourceError(
            f'Dates in both orders in "{column}": "{one}" in {place(line)} has the day first, "{other}" in '
            f"{place(other_line)} the month. Say in the mapping which formats to try, in this order: "
            'time_format = ["%d/%m/%Y", "%m/%d/%Y"]; better, export the file again with ISO dates (2024-12-31).'
        )
    if proofs:
        ((day_first, (shown, line)),) = proofs.items()
        how = "day_first" if day_first else "month_first"
        return Order(day_first, {"how": how, "shown": shown, "line": str(line)})
    if doubt:
        shown, line, first, second, found = doubt
        sign, year = found[2], "%Y" if len(found[4]) == 4 else "%y"
        whole_year = _year(found[4])
        clock = _clock_format(shown[found.end() :])
        raise SourceError(
            f'"{shown}" in "{column}" ({place(line)}) can be {_iso(whole_year, second, first)} or '
            f"{_iso(whole_year, first, second)}, and no date of the file proves which. Say it in the mapping: "
            f'time_format = "%d{sign}%m{sign}{year}{clock}" for day before month, '
            f'time_format = "%m{sign}%d{sign}{year}{clock}" for month before day.'
        )
    return Order(None)


def _iso(year: int, month: int, day: int) -> str:
    return f"{year:04d}-{month:02d}-{day:02d}"


def _clock_format(rest: str) -> str:
    """The strptime format of the clock that follows a day."""
    found = re.match(r"(\D*)\d{1,2}(\D)\d{2}(?:(\D)\d{2})?(\s*[ap]m)?", rest, re.IGNORECASE)
    if not found:
        return ""
    seconds = f"{found[3]}%S" if found[3] else ""
    half = f"{found[4][:-2]}%p" if found[4] else ""
    return f"{found[1]}{'%I' if half else '%H'}{found[2]}%M{seconds}{half}"


def instants(*, zone: str | None, order: Order, formats: Sequence[str] = ()) -> Callable[[object], datetime | None]:
    """A function from a cell to its instant in naive UTC, None for an empty cell. It raises `ValueError` for what is
    no time and `SourceError` for a local time when `zone` is None.

    A local time that a clock change leaves out is moved forward by the change; one that happens twice is the first.

    >>> read = instants(zone="Europe/Paris", order=Order(True))
    >>> read("31/03/2024 02:30"), read("27/10/2024 02:30"), read("12 janv. 2024 à 14h05"), read(1704067200)
    ... # doctest: +NORMALIZE_WHITESPACE
    (datetime.datetime(2024, 3, 31, 1, 30), datetime.datetime(2024, 10, 27, 0, 30),
     datetime.datetime(2024, 1, 12, 13, 5), datetime.datetime(2024, 1, 1, 0, 0))
    """
    rules = ZoneInfo(zone) if zone else None

    def instant(cell) -> datetime | None:
        moment = _moment(cell, order, formats)
        if moment is None:
            return None
        if moment.tzinfo is None:
            if rules is None:
                raise no_zone(cell)
            moment = moment.replace(tzinfo=rules)
        try:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise ValueError(f'"{cell}" is no possible time') from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(f'"{cell}" would be in {moment.year}, outside {FIRST_YEAR} to {LAST_YEAR}')
        return moment

    return instant


def no_zone(cell, community: str | None = None) -> SourceError:
    """The error for a local time of unknown zone; `community` is the zone of the community's days, if known."""
    own = f"--timezone {community}, as in its community.toml" if community else "the timezone in its community.toml"
    return SourceError(
        f'The time "{cell}" does not say its time zone. If the file has the clock of France, type: '
        f"--timezone Europe/Paris; if it has UTC: --timezone UTC; if the community's own: {own}. "
        'Or say it in the mapping: timezone = "Europe/Paris".'
    )


def says_its_zone(cell) -> bool:
    """Whether a time says its offset, or is a count of seconds."""
    try:
        moment = _moment(cell, Order(True), ())
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None


def is_local(cell, order: Order, formats: Sequence[str] = ()) -> bool:
    """Whether a cell is a time that means another instant in every zone.

    >>> [is_local(cell, Order(True)) for cell in ("2026-01-05 09:00", "2026-01-05T09:00Z", "N/A", "soon")]
    [True, False, False, False]
    """
    try:
        moment = _moment(cell, order, formats)
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is None


def only_a_day(cell) -> bool:
    """Whether a time has no clock."""
    if type(cell) is str:
        if ":" in cell:
            return False
        text = cell.strip()
        return (
            len(re.findall(r"\d+", text)) <= 3
            and not re.search(r"[:h]\s?\d|\d\s?h", text)
            and not (text.isdigit() and len(text) > 8)
        )
    return isinstance(cell, date) and not isinstance(cell, datetime)


def _moment(cell, order: Order, formats: Sequence[str]) -> datetime | None:
    """Aware where the cell says its offset, else naive in the file's zone."""
    if type(cell) is str:
        text = cell.strip()
        if not formats and text[4:5] == "-":
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        elif not formats and order.day_first is not None and text[2:3] == "/" == text[5:6] and text[6:10].isdigit():
            # The commonest shape by far; what does not fit is read below, with its own message.
            day, month = (text[:2], text[3:5]) if order.day_first else (text[3:5], text[:2])
            try:
                return datetime.fromisoformat(f"{text[6:10]}-{month}-{day}{text[10:]}")
            except ValueError:
                pass
        if text.casefold() in NEVER:
            return None
        return _with_formats(text, formats) if formats else _text_moment(text, order)
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and isfinite(cell):
        return _numbered(repr(cell) if cell != int(cell) else str(int(cell)))
    raise ValueError(f'"{cell}" is no date')


def _with_formats(text: str, formats: Sequence[str]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(f'"{text}" does not fit time_format {" or ".join(formats)}')


def _numbered(text: str) -> datetime | None:
    """Days as Excel counts them, 20240131, or seconds, milli- or microseconds since 1970: told apart by size."""
    number, _, fraction = text.replace(",", ".").partition(".")
    whole = int(number)
    if whole == 0:
        return None
    if 20_000 <= whole < 80_000:
        seconds = round(float(f"0.{fraction or 0}") * 86_400)
        return _EXCEL_EPOCH + timedelta(days=whole, seconds=seconds)
    if len(number) == 8 and not fraction:
        return datetime(whole // 10_000, whole // 100 % 100, whole % 100)
    digits = len(number)
    if digits not in (9, 10, 12, 13, 15, 16):
        raise ValueError(f'"{text}" is no date, number of days or number of seconds')
    divisor = 1 if digits <= 10 else 1_000 if digits <= 13 else 1_000_000
    micro = whole * (1_000_000 // divisor) + (int(fraction[:6].ljust(6, "0")) if divisor == 1 and fraction else 0)
    return (_EPOCH + timedelta(microseconds=micro)).replace(tzinfo=UTC)


def _text_moment(text: str, order: Order) -> datetime | None:
    if _NUMBER.fullmatch(text):
        return _numbered(text)
    for shape in _SHAPES:
        found = shape.fullmatch(text)
        if not found:
            continue
        part = found.groupdict()
        day, month = _day_and_month(part, order, text)
        try:
            moment = datetime(_year(part["year"]), month, day, *_clock(part))
        except ValueError as error:
            raise ValueError(f'"{text}" is no possible date: {error}') from None
        return _placed(moment, part["zone"])
    raise ValueError(
        f'"{text}" is no time that is understood; say its format in the mapping: time_format = "%d/%m/%Y %H:%M"'
    )


def _day_and_month(part: dict, order: Order, text: str) -> tuple[int, int]:
    if part.get("a"):
        first, second = int(part["a"]), int(part["b"])
        if order.day_first is None and first != second:
            raise ValueError(f'"{text}": the order of day and month is not known; say time_format in the mapping')
        return (second, first) if order.day_first is False else (first, second)
    if part.get("name"):
        bare = "".join(sign for sign in unicodedata.normalize("NFKD", part["name"]) if not unicodedata.combining(sign))
        month = _MONTHS.get(bare.casefold())
        if month is None:
            raise ValueError(f'"{text}": "{part["name"]}" is no French or English month')
        return int(part["day"]), month
    return int(part["day"]), int(part["month"])


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 69 else 1900)


def _clock(part: dict) -> tuple[int, int, int, int]:
    hour = int(part["hour"] or 0)
    if half := part["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("hour must be in 1..12")
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return hour, int(part["minute"] or 0), int(part["second"] or 0), int((part["fraction"] or "0")[:6].ljust(6, "0"))


def _placed(moment: datetime, zone: str | None) -> datetime:
    if not zone:
        return moment
    offset = re.search(r"([+-])(\d{2}):?(\d{2})", zone)
    if not offset:
        return moment.replace(tzinfo=UTC)
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return (moment - shift if offset[1] == "+" else moment + shift).replace(tzinfo=UTC)
