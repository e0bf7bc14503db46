"""Months, midnights and what counts as complete."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import SettingsError
from workbench.period import Month, last_complete_month, local_day, midnight

MONTHS = st.builds(Month, st.integers(1901, 2200), st.integers(1, 12))


@given(MONTHS, st.integers(-30, 30))
def test_going_back_and_forth_ends_where_it_began(month, steps):
    assert month.back(steps).back(-steps) == month
    assert Month.parse(str(month)) == month


@given(MONTHS)
def test_months_follow_each_other_without_gap_or_overlap(month):
    assert month.end == month.next.start
    assert (month.end - month.start).days == month.days
    assert month < month.next


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "10-2026", "", "2026-10-01", "0026-10", None])
def test_what_is_no_month_is_refused_with_an_example(text):
    with pytest.raises(SettingsError, match="as in 2026-10"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)],
)
def test_a_day_of_a_clock_change_is_longer_or_shorter(day, hours):
    length = midnight(day + timedelta(days=1), "Europe/Paris") - midnight(day, "Europe/Paris")
    assert length == timedelta(hours=hours)


def test_a_day_that_begins_at_a_clock_change_begins_at_its_first_instant():
    # In Santiago the clock goes from 24:00 on 5 September 2026 to 01:00: midnight does not exist.
    start = midnight(date(2026, 9, 6), "America/Santiago")
    assert local_day(start, "America/Santiago") == date(2026, 9, 6)
    assert local_day(start - timedelta(microseconds=1), "America/Santiago") == date(2026, 9, 5)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),
    st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata", "America/New_York", "Pacific/Apia"]),
)
def test_an_instant_lies_in_its_local_day(instant, zone):
    day = local_day(instant, zone)
    assert day == instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    assert midnight(day, zone) <= instant
    assert instant < midnight(day + timedelta(days=1), zone) or zone == "Pacific/Apia"  # it skipped a day in 2011


@pytest.mark.parametrize(
    ("first", "last", "month"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), "2026-01"),
        (date(2026, 1, 2), date(2026, 1, 31), None),
        (date(2026, 1, 1), date(2026, 1, 30), None),
        (date(2025, 12, 1), date(2026, 1, 30), "2025-12"),
        (date(2026, 1, 15), date(2026, 3, 1), "2026-02"),
    ],
)
def test_the_last_complete_month_lies_wholly_within_the_covered_days(first, last, month):
    found = last_complete_month(first, last)
    assert (str(found) if found else None) == month
