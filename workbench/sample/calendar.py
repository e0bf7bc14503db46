"""The sample's time: up to October 2026, in Paris; instants are whole microseconds since 1970 (UTC)."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from workbench.period import Month, midnight

ZONE = "Europe/Paris"
LAST_MONTH = Month(2026, 10)
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1)

WEEKDAYS = (1.05, 1.1, 1.12, 1.05, 0.95, 0.78, 0.88)
"""How much is said on each day of the week, Monday first."""
HOURS = (2, 1, 1, 1, 1, 3, 9, 18, 26, 28, 26, 25, 32, 28, 20, 20, 22, 28, 36, 44, 50, 42, 24, 9)
"""How much is said in each local hour of a day."""


@cache
def starts(day: date) -> int:
    """The instant at which a local day begins."""
    return (midnight(day, ZONE) - _EPOCH) // timedelta(microseconds=1)


def utc(instant: int) -> datetime:
    """An instant as naive UTC."""
    return _EPOCH + timedelta(microseconds=instant)


@cache
def _shift(hour: int) -> int:
    moment = utc(hour * HOUR).replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE))
    return moment.utcoffset() // timedelta(microseconds=1)


def local(instant: int) -> datetime:
    """The wall clock of an instant, as a naive datetime. Paris changes its clock at full hours."""
    return utc(instant + _shift(instant // HOUR))


def day_of(instant: int) -> date:
    """The local day of an instant."""
    return local(instant).date()


def days_between(first: date, end: date) -> list[date]:
    """The local days from `first` up to, not including, `end`."""
    return [first + timedelta(days=n) for n in range((end - first).days)]


def holiday(day: date) -> float:
    """How much quieter a day is because people are away: Christmas, the middle of August, the long week-ends of May."""
    key = (day.month, day.day)
    if key >= (12, 23) or key <= (1, 2):
        return 0.45
    if (8, 3) <= key <= (8, 21):
        return 0.7
    return 0.7 if key in ((5, 1), (5, 8), (7, 14), (11, 1), (11, 11)) else 1.0
