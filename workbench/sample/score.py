"""The engagement score counted from what was decided, as its definition reads: an independent second reckoning."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, log1p

WEEKS, TRUST_WEEKS = 12, 12
DAILY_VOLUME = 10
MUCH = 20


@dataclass(frozen=True)
class Act:
    """A contribution or reaction of somebody who counts: when, in which thread, addressed to whom."""

    person: str
    day: date
    wrote: bool
    thread: int
    to: str | None


def scores(acts: Iterable[Act], *, end: date, begin: date, members: set[str], counting: set[str]) -> dict[str, float]:
    """The score of every member at the end of the month who contributed in the 84 days before it.

    `begin` is the first covered day, `members` who was a member at the end, `counting` who counts at all.
    """
    start, trust_start = end - timedelta(weeks=WEEKS), end - timedelta(weeks=WEEKS + TRUST_WEEKS)
    recent = [act for act in acts if start <= act.day < end]
    wrote = [act for act in recent if act.wrote]
    weeks_before = _weeks((act for act in acts if act.wrote and trust_start <= act.day < start), start)
    covered = {(start - day).days for day in _days(max(begin, trust_start), start)}
    full = min(6, 1 + len({(days - 1) // 7 for days in covered}))
    trust = {person: min(6, 1 + len(weeks)) for person, weeks in weeks_before.items()}

    weeks = _weeks(wrote, end)
    per_day: dict[tuple[str, date], int] = defaultdict(int)
    contributions: dict[str, int] = defaultdict(int)
    threads: dict[str, set[int]] = defaultdict(set)
    for act in wrote:
        per_day[act.person, act.day] += 1
        contributions[act.person] += 1
        threads[act.person].add(act.thread)
    volume: dict[str, int] = defaultdict(int)
    for (person, _), count in per_day.items():
        volume[person] += min(count, DAILY_VOLUME)
    helped: dict[str, set[str]] = defaultdict(set)
    responders: dict[str, set[str]] = defaultdict(set)
    for act in recent:
        if act.to is None or act.to == act.person:
            continue
        responders[act.to].add(act.person)
        if act.wrote and act.to in counting:
            helped[act.person].add(act.to)

    def weight(people: set[str]) -> float:
        return sum(trust.get(person, 1) for person in people) / full

    scored = sorted(members & set(contributions))
    parts = {
        person: (
            log1p(volume[person]),
            log1p(len(threads[person])),
            log1p(weight(helped[person])),
            log1p(weight(responders[person])),
        )
        for person in scored
    }
    tops = [_quantile(sorted(parts[person][part] for person in scored), 0.99) for part in range(4)]
    usual = _quantile(sorted(weight(responders[p]) for p in scored if contributions[p] >= MUCH), 0.5)
    made = {}
    for person in scored:
        points = 50 * len(weeks[person]) / WEEKS
        for part, most in enumerate((5, 10, 20, 15)):
            if tops[part] > 0:
                points += most * min(1.0, parts[person][part] / tops[part])
        factor = 1.0
        if contributions[person] >= MUCH and usual > 0:
            factor = 0.4 + 0.6 * min(1.0, 4 * weight(responders[person]) / usual)
        made[person] = factor * points
    return made


def highly_engaged(
    scored: dict[str, float], active_days: dict[str, set[date]], *, active: int, share: float = 0.10
) -> list[str]:
    """The ⌈share · active⌉ with the highest score among those active in two ISO weeks of the month, ties included.

    `active_days` are the days of the month on which each contributed.
    """
    fit = {
        person: score
        for person, score in scored.items()
        if len({day.isocalendar()[:2] for day in active_days.get(person, ())}) >= 2
    }
    ordered = sorted(fit, key=lambda person: (-fit[person], person))
    count = ceil(round(share * active, 6))
    if len(ordered) > count > 0:
        last = fit[ordered[count - 1]]
        return [person for place, person in enumerate(ordered) if place < count or fit[person] == last]
    return ordered[:count]


def _weeks(acts: Iterable[Act], end: date) -> dict[str, set[int]]:
    """The weeks, counted back from `end`, in which each person wrote."""
    weeks: dict[str, set[int]] = defaultdict(set)
    for act in acts:
        weeks[act.person].add(((end - act.day).days - 1) // 7)
    return weeks


def _days(first: date, end: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(max(0, (end - first).days))]


def _quantile(ordered: list[float], share: float) -> float:
    """Linear between the two values around it."""
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
