"""Months and windows, half-open, in a time zone; never "today"."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from workbench.errors import SettingsError


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, `[start, end)` in local days.

    >>> month = Month.parse("2024-02")
    >>> month.start, month.end, month.days
    (datetime.date(2024, 2, 1), datetime.date(2024, 3, 1), 29)
    >>> str(month.back(12)), str(month.next)
    ('2023-02', '2024-03')
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: "str | date | Month | Days") -> "Month | Days":
        """A month from "2026-10", from a date in it, or from a Month; Days stay what they are."""
        if isinstance(text, Month | Days):
            return text
        if isinstance(text, date):
            return cls(text.year, text.month)
        found = re.fullmatch(r"(\d{4})-(\d{2})", str(text).strip())
        if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1900:
            raise SettingsError(f'"{text}" is not a month. Write the year and the month as in 2026-10.')
        return cls(int(found[1]), int(found[2]))

    @property
    def start(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        return self.next.start

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def next(self) -> "Month":
        return self.back(-1)

    def back(self, months: int) -> "Month":
        """The month that many months earlier."""
        index = self.year * 12 + self.number - 1 - months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True)
class Days:
    """Local days `[start, end)` in the place of a month, for questions about a day inside a month.

    Questions that count calendar months refuse them.

    >>> days = Days.until(date(2026, 3, 10), days=28)
    >>> days.start, days.end, str(days.back(1))
    (datetime.date(2026, 2, 11), datetime.date(2026, 3, 11), '2026-01-14/2026-02-10')
    """

    start: date
    end: date

    @classmethod
    def until(cls, last: date, *, days: int) -> "Days":
        """So many days, of which `last` is the last one."""
        end = last + timedelta(days=1)
        return cls(end - timedelta(days=days), end)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def next(self) -> "Days":
        return self.back(-1)

    def back(self, times: int) -> "Days":
        """As many days, so many times earlier."""
        shift = timedelta(days=times * self.days)
        return Days(self.start - shift, self.end - shift)

    def __str__(self) -> str:
        return f"{self.start}/{self.end - timedelta(days=1)}"


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a local day begins, as naive UTC.

    A day that begins at a clock change begins at its first instant.

    >>> midnight(date(2026, 3, 29), "Europe/Paris"), midnight(date(2026, 3, 30), "Europe/Paris")
    (datetime.datetime(2026, 3, 28, 23, 0), datetime.datetime(2026, 3, 29, 22, 0))
    """
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def local_day(instant: datetime, zone: str) -> date:
    """The local day on which a naive UTC instant falls."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def last_complete_month(first_day: date, last_day: date) -> Month | None:
    """The last month that lies wholly within the covered days, both ends included.

    >>> str(last_complete_month(date(2022, 8, 12), date(2022, 11, 3)))
    '2022-10'
    """
    month = Month.parse(last_day + timedelta(days=1)).back(1)
    return month if month.start >= first_day else None


def utc_offsets(zone: str, first_year: int, last_year: int) -> list[tuple[datetime, datetime, timedelta]]:
    """The zone's spans of constant offset as (from, to, offset), in naive UTC, half-open.

    With these three columns every engine cuts local days alike, whatever zone data it ships with.

    >>> [str(offset) for _, _, offset in utc_offsets("Europe/Paris", 2026, 2026)]
    ['1:00:00', '2:00:00', '1:00:00']
    """

    def offset(instant: datetime) -> timedelta:
        return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()

    start, end = datetime(first_year, 1, 1), datetime(last_year + 1, 1, 1)
    spans, instant, now = [], start, offset(start)
    while instant < end:
        later = min(instant + timedelta(days=1), end)
        if (then := offset(later)) != now:
            low, high = instant, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle) == now else (low, middle)
            change = high.replace(microsecond=0)
            spans.append((start, change, now))
            start = change
        instant, now = later, then
    return [*spans, (start, end, now)] if start < end else spans
