"""The right answers: the numbers of `numbers.json`, counted in plain Python from what was decided, by no metric."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from workbench.period import Month
from workbench.sample import discord, discourse, whatsapp
from workbench.sample.calendar import HOUR, day_of, days_between, starts
from workbench.sample.conversation import Message
from workbench.sample.elsewhere import Elsewhere
from workbench.sample.people import FIRST_DAYS, HALF_LIFE_DAYS, LEAVE_PER_DAY, RATE, Person
from workbench.sample.plan import Plan
from workbench.sample.score import Act, highly_engaged, scores
from workbench.sample.slack import event_id, native_id
from workbench.sample.stories import PRICE_RISES_ON, SYNC_FIXED_ON, Story

NATIVE = {"whatsapp": whatsapp.native_id, "discord": discord.native_id, "discourse": discourse.native_id}
LEAVES = (
    "leavers",
    "rejoined",
    "net_growth",
    "churn_of_current",
    "churn_of_opening",
    "churn_exposure",
    "bounced_joiners",
)
"""Null where an export does not tell who leaves."""
LEAST_CHARACTERS = 12
"""Shorter texts have no theme."""


@dataclass(frozen=True)
class Stay:
    joined: date
    left: date | None
    reason: str | None


@dataclass
class Decided:
    """What was decided about one platform: who counts, who said what on which local day."""

    crowd: list[Person]
    messages: list[Message]
    months: tuple[Month, ...]
    """The covered ones."""
    ids: dict[int, str]
    """What the store calls each person."""
    threads: bool = True
    """Whether the export tells who answers whom."""
    named_reactions: bool = True
    topics: bool = False
    """Whether every message that begins a thread asks for an answer, as in a forum."""
    said: list[tuple[Message, date]] = field(default_factory=list)
    """Contributions of people who may count, with their local day."""
    answers_to: dict[int, list[Message]] = field(default_factory=dict)
    """The messages in the thread of each opener, by the opener's identity."""

    def __post_init__(self):
        for message in self.messages:
            if message.removed is not None:
                continue
            if message.author.counts:
                self.said.append((message, day_of(message.at)))
            if message.opener is not None and message.author.human:
                self.answers_to.setdefault(id(message.opener), []).append(message)

    def id(self, person: Person) -> str:
        return self.ids[person.number]


def truth(plan: Plan) -> dict:
    """What `truth.json` holds."""
    ids = {person.number: f"slack:{native_id(person, plan.seed)}" for person in plan.people}
    decided = Decided(plan.people, plan.messages, plan.months, ids)
    last = plan.months[-1]
    return {
        "community": {
            "members": plan.members,
            "months": len(plan.months),
            "seed": plan.seed,
            "time_zone": "Europe/Paris",
        },
        "numbers": {str(month): numbers(decided, month, plan, whole=month == last) for month in plan.months},
        "elsewhere": {name: _elsewhere(other, plan) for name, other in plan.others.items()},
        "together": _together(plan),
        "stories": told(decided, plan),
        "feedback": feedback(decided, plan),
        "themes": themes(decided, plan),
        "survival": {
            "leave_per_day": {
                kind: {f"first_{FIRST_DAYS}_days": first, "later": later}
                for kind, (first, later) in LEAVE_PER_DAY.items()
            },
            "writes_per_day_when_fresh": RATE,
            "half_of_it_after_days": HALF_LIFE_DAYS,
        },
    }


def _elsewhere(other: Elsewhere, plan: Plan) -> dict:
    """The numbers of the last month on another platform alone, as far as its export tells them."""
    platform = other.home.platform
    ids = {person.number: f"{platform}:{NATIVE[platform](person, plan.seed)}" for person in other.people}
    first = Month.parse(other.place.begins)
    covered = tuple(month for month in plan.months if month >= first)
    decided = Decided(
        other.people, other.messages, covered, ids,
        threads=other.home.threads, named_reactions=platform == "discord", topics=platform == "discourse",
    )  # fmt: skip
    found = numbers(decided, plan.months[-1])
    for one in () if other.home.leaves else LEAVES:
        found[one] = None
    return found


def _together(plan: Plan) -> dict:
    """The last month on all platforms together, who is joined by the identity map counted once."""
    start, end = starts(plan.months[-1].start), starts(plan.months[-1].end)
    active = [m.author.number for m in plan.messages if m.author.counts and m.removed is None and start <= m.at < end]
    for other in plan.others.values():
        same = {number: person.number for number, person in other.same.items()}
        active += [same.get(m.author.number, m.author.number) for m in other.messages if start <= m.at < end]
    several = Counter(person.number for other in plan.others.values() for person in other.same.values())
    return {
        "month": str(plan.months[-1]),
        "mau": len(set(active)),
        "contributions": len(active),
        "on_several": len(several),
    }


def numbers(decided: Decided, month: Month, plan: Plan | None = None, *, whole: bool = True) -> dict:
    """The numbers of one month; with those of the tables where `plan` is given, `whole` with the series, long ones."""
    begin = decided.months[0].start
    start, end = month.start, month.end
    out = {person.number for person in decided.crowd if person.reason == "banned" and day_of(person.left) < start}
    counting = [person for person in decided.crowd if person.counts and person.number not in out]
    stays = {person.number: [stay for stay in stays_of(person, end) if stay.joined < end] for person in counting}
    said = [(m, day) for m, day in decided.said if day < end and m.author.number not in out]
    first_before = month > decided.months[0]

    found = _population(stays, start, end, month.days)
    found |= _activity(decided, said, month, first_before)
    found["engagement_rate"] = _rate(found["mau"], found.pop("exposed"))
    found["stickiness"] = _rate(found["dau_mean"], found["mau"])
    found |= _onboarding(stays, said, start, end)
    found |= _concentration(stays, said, start, end)
    if decided.threads:
        found |= _responses(decided, month, out)
    if plan is not None:
        found |= _satisfaction(plan, month, out)
        found["revenue"] = sum(one.cents for one in plan.payments if starts(start) <= one.at < starts(end)) / 100
    silent, engaged = _at_risk(decided, stays, said, end, out), _engaged(decided, stays, said, month, out)
    found["at_risk_count"], found["highly_engaged_count"] = len(silent), len(engaged)
    if whole:
        found["dau"] = [
            {"date": day.isoformat(), "value": len({m.author.number for m, d in said if d == day})}
            for day in days_between(start, end)
        ]
        found["mau_by_month"] = [
            {"month": str(one), "value": len({m.author.number for m, d in said if one.start <= d < one.end})}
            for one in decided.months
            if one <= month
        ]
        found["retention_cohort"] = _cohorts(stays, said, begin, month)
        found["at_risk"] = [{"member_id": member, "rank": rank} for rank, member in enumerate(silent, 1)]
        found["highly_engaged"] = [{"member_id": member, "rank": rank} for rank, member in enumerate(engaged, 1)]
    return found


def stays_of(person: Person, end: date) -> list[Stay]:
    """A person's stays as known at `end`, in local days; a return within 7 days makes one stay of two."""
    spans = [(start, stop, "left") for start, stop in person.earlier] + [(person.joined, person.left, person.reason)]
    made: list[Stay] = []
    for joined, left, reason in spans:
        first, last = day_of(joined), None if left is None else day_of(left)
        if first >= end:
            continue
        if last is None or last >= end:
            last, reason = None, None
        if made and made[-1].left is not None and first <= made[-1].left + timedelta(days=7):
            made[-1] = Stay(made[-1].joined, last, reason)
        else:
            made.append(Stay(first, last, reason))
    return made


def _rate(numerator: float | None, denominator: float, value: float | None = None) -> dict:
    value = numerator / denominator if value is None and numerator is not None and denominator else value
    return {"value": value, "numerator": numerator, "denominator": denominator}


def _population(stays: dict[int, list[Stay]], start: date, end: date, days: int) -> dict:
    every = [(number, place, stay) for number, several in stays.items() for place, stay in enumerate(several)]
    opening = {n for n, _, s in every if s.joined < start and (s.left is None or s.left >= start)}
    closing = {n for n, _, s in every if s.left is None}
    exposed = [(n, s) for n, _, s in every if s.left is None or s.left >= start]
    days_exposed = sum(max(1, (min(s.left or end, end) - max(s.joined, start)).days) for _, s in exposed)
    joins = [(place, s) for _, place, s in every if s.joined >= start]
    new = [s for place, s in joins if place == 0]
    leaves = [(n, s) for n, _, s in every if s.left is not None and s.left >= start]
    from_opening = {n for n, s in leaves if s.joined < start}
    return {
        "members_opening": len(opening),
        "members_closing": len(closing),
        "new_members": len(new),
        "rejoined": len(joins) - len(new),
        "leavers": len(leaves),
        "leavers_by_reason": dict(sorted(Counter(s.reason for _, s in leaves).items())),
        "net_growth": len(joins) - len(leaves),
        "churn_of_current": _rate(len(leaves), len(closing)),
        "churn_of_opening": _rate(len(from_opening), len(opening)),
        "churn_exposure": _rate(len(leaves), days_exposed / days),
        "bounced_joiners": _rate(sum(s.left is not None for s in new), len(new)),
        "exposed": len({n for n, _ in exposed}),
    }


def _activity(decided: Decided, said: list, month: Month, first_before: bool) -> dict:
    start, end, before = month.start, month.end, month.back(1).start
    window = end - timedelta(days=28)
    now = [(m.author.number, day) for m, day in said if day >= start]
    active = {number for number, _ in now}
    earlier = {m.author.number for m, day in said if before <= day < start}
    long_ago = {m.author.number for m, day in said if day < start}
    last_28 = {m.author.number for m, day in said if day >= window}
    before_28 = {m.author.number for m, day in said if window - timedelta(days=28) <= day < window}
    person_days = len(set(now))
    none = None if not first_before else 0
    return {
        "mau": len(active),
        "mau28": len(last_28),
        "dau_mean": person_days / month.days,
        "contributions": len(now),
        "posts_per_active": len(now) / len(active) if active else None,
        "churn_activity": _rate(len(earlier - active), len(earlier)) if none == 0 else None,
        "churn_activity_28": _rate(len(before_28 - last_28), len(before_28)) if before_28 else None,
        "new": len(active - long_ago) if none == 0 else None,
        "retained": len(active & earlier) if none == 0 else None,
        "resurrected": len((active & long_ago) - earlier) if none == 0 else None,
        "dormant": len(earlier - active) if none == 0 else None,
    }


def _onboarding(stays: dict[int, list[Stay]], said: list, start: date, end: date) -> dict:
    week = timedelta(days=8)
    joined = {n: several[0].joined for n, several in stays.items() if several and start <= several[0].joined}
    mature = {n: day for n, day in joined.items() if day + week <= end}
    spoke = {
        m.author.number for m, day in said if (first := mature.get(m.author.number)) and first <= day < first + week
    }
    return {"activation_rate": _rate(len(spoke), len(mature)) if mature else None}


def _concentration(stays: dict[int, list[Stay]], said: list, start: date, end: date) -> dict:
    counts = Counter(m.author.number for m, day in said if day >= start)
    made = sorted(counts.values(), reverse=True)
    total = sum(made)
    exposed = {n for n, several in stays.items() if any(s.left is None or s.left >= start for s in several)}
    shares = {}
    for name, share in (("hem_share_5", 0.05), ("hem_share_10", 0.10)):
        people = ceil(round(share * len(exposed), 6))
        shares[name] = _rate(sum(made[:people]), total)
    so_far, factor = 0, None
    for place, count in enumerate(made, 1):
        so_far += count
        if 2 * so_far >= total:
            factor = place
            break
    return shares | {
        "absence_factor": factor,
        "gini_members": _gini([counts.get(n, 0) for n in exposed]),
        "gini_contributors": _gini(made),
    }


def _gini(values: list[int]) -> float | None:
    """Σᵢ Σⱼ |xᵢ − xⱼ| ÷ (2 n² mean), as it reads, over distinct values."""
    amounts, n, total = Counter(values), len(values), sum(values)
    if not total:
        return None
    apart = sum(abs(x - y) * count * other for x, count in amounts.items() for y, other in amounts.items())
    return apart / (2 * n * total)


def _responses(decided: Decided, month: Month, out: set[int]) -> dict:
    begin, end = starts(month.start), starts(month.end)
    waits: list[tuple[float, bool, float]] = []
    peers = answered = 0
    messages = staff = 0
    for message in decided.messages:
        if not begin <= message.at < end or message.removed is not None:
            continue
        if message.author.human:
            messages += 1
            staff += message.author.kind == "staff"
        opens = message.opener is None and (message.said.asks or decided.topics)
        if not opens or not message.author.counts or message.author.number in out:
            continue
        answers = [a for a in decided.answers_to.get(id(message), ()) if a.author is not message.author and a.at < end]
        first = min(answers, key=lambda a: (a.at, decided.id(a.author)), default=None)
        age = (end - message.at) / HOUR
        waits.append(((first.at - message.at) / HOUR if first else age, first is not None, age))
        if first:
            answered += 1
            peers += first.author.kind != "staff"
    old = {hours: [w for w in waits if w[2] >= hours] for hours in (24, 168)}
    return {
        "openers": len(waits),
        "first_response_hours": _waiting(waits),
        "answered_24h": _rate(sum(w[1] and w[0] <= 24 for w in old[24]), len(old[24])) if old[24] else None,
        "unanswered_7d": _rate(sum(not (w[1] and w[0] <= 168) for w in old[168]), len(old[168])) if old[168] else None,
        "peer_answer_share": _rate(peers, answered) if answered else None,
        "staff_share_of_voice": _rate(staff, messages),
    }


def _waiting(waits: list[tuple[float, bool, float]]) -> float | None:
    """The first time at which the Kaplan–Meier share still waiting is one half or less."""
    still, at_risk = 1.0, len(waits)
    by_time: dict[float, list[bool]] = defaultdict(list)
    for hours, done, _ in waits:
        by_time[hours].append(done)
    for hours in sorted(by_time):
        still *= 1 - sum(by_time[hours]) / at_risk
        at_risk -= len(by_time[hours])
        if still <= 0.5 + 1e-12:
            return hours
    return None


def _satisfaction(plan: Plan, month: Month, out: set[int]) -> dict:
    begin, end = starts(month.start), starts(month.end)
    last: dict[tuple, int] = {}
    for number, answer in enumerate(plan.answers):
        if begin <= answer.at < end and (answer.person is None or answer.person.number not in out):
            who = f"anonymous {number}" if answer.person is None else answer.person.number
            last[answer.scale, answer.survey, who] = answer.score
    nps = [score for (scale, _, _), score in last.items() if scale == "nps"]
    csat = [score for (scale, _, _), score in last.items() if scale == "csat"]
    points = sum(score >= 9 for score in nps) - sum(score <= 6 for score in nps)
    return {
        "nps": _rate(points, len(nps), 100 * points / len(nps)) if nps else None,
        "csat": _rate(sum(score >= 4 for score in csat), len(csat)) if csat else None,
    }


def _cohorts(stays: dict[int, list[Stay]], said: list, begin: date, month: Month) -> list[dict]:
    """Of those who first joined in a month, who was active k months later; null for months that are not covered."""
    cohort = {n: Month.parse(several[0].joined) for n, several in stays.items() if several}
    active: dict[Month, set[int]] = defaultdict(set)
    for message, day in said:
        active[Month.parse(day)].add(message.author.number)
    first = min(cohort.values())
    rows = []
    for one in sorted(set(cohort.values())):
        people = {n for n, joined in cohort.items() if joined == one}
        for k in range(_index(month) - _index(first) + 1):
            then = one.back(-k)
            known = Month.parse(begin) <= then <= month
            count = len(people & active[then]) if known else None
            value = count / len(people) if known else None
            rows.append({"cohort": str(one), "k": k, "active": count, "size": len(people), "value": value})
    return rows


def _index(month: Month) -> int:
    return month.year * 12 + month.number


def _at_risk(decided: Decided, stays: dict[int, list[Stay]], said: list, end: date, out: set[int]) -> list[str]:
    days: dict[int, set[date]] = defaultdict(set)
    count: Counter = Counter()
    for message, day in said:
        days[message.author.number].add(day)
        count[message.author.number] += 1
    people = {person.number: person for person in decided.crowd}
    found = []
    for number, active in days.items():
        here = any(stay.left is None for stay in stays.get(number, ()))
        banned = people[number].reason == "banned" and day_of(people[number].left) < end
        recent = [day for day in active if day >= end - timedelta(days=90)]
        if not here or banned or len(recent) < 3:
            continue
        ordered = sorted(active)
        gaps = [(later - day).days for day, later in pairwise(ordered)]
        if (end - ordered[-1]).days > max(28, 3 * median(gaps)):
            found.append(number)
    return [decided.ids[n] for n in sorted(found, key=lambda n: (-count[n], decided.ids[n]))]


def _engaged(decided: Decided, stays: dict[int, list[Stay]], said: list, month: Month, out: set[int]) -> list[str]:
    people = {person.number: person for person in decided.crowd}
    counting = {decided.ids[n] for n in stays}
    banned = {n for n, p in people.items() if p.reason == "banned" and day_of(p.left) < month.end}
    members = {
        decided.ids[n] for n, several in stays.items() if n not in banned and any(stay.left is None for stay in several)
    }
    acts = list(_acts(decided, said, month.end, out))
    scored = scores(acts, end=month.end, begin=decided.months[0].start, members=members, counting=counting)
    active_days: dict[str, set[date]] = defaultdict(set)
    for message, day in said:
        if day >= month.start:
            active_days[decided.id(message.author)].add(day)
    return highly_engaged(scored, active_days, active=len(active_days))


def _acts(decided: Decided, said: list, end: date, out: set[int]):
    first = end - timedelta(weeks=24)
    for message, day in said:
        if day >= first:
            to = message.answers.author if message.answers is not None and message.answers.removed is None else None
            thread = message.begins if decided.threads else message
            yield Act(
                decided.id(message.author), day, True, id(thread), _account(decided, to) if decided.threads else None
            )
    for message in decided.messages if decided.named_reactions else ():
        day = day_of(message.at)
        if not first <= day < end or message.removed is not None:
            continue
        for _, givers in message.reactions:
            for giver in givers:
                if giver.counts and giver.number not in out:
                    yield Act(decided.id(giver), day, False, 0, _account(decided, message.author))


def _account(decided: Decided, person: Person | None) -> str | None:
    return None if person is None else decided.id(person)


def feedback(decided: Decided, plan: Plan) -> list[dict]:
    """The theme of each feedback text, in surveys and in the chat."""
    answers = [
        {"text_id": f"slack:A{number:05d}", "theme": answer.theme}
        for number, answer in enumerate(plan.answers, 1)
        if answer.theme
    ]
    messages = [
        {"text_id": event_id(message, plan.seed), "theme": message.said.theme}
        for message, _ in decided.said
        if message.said.theme and len(message.text) >= LEAST_CHARACTERS
    ]
    return answers + messages


def themes(decided: Decided, plan: Plan) -> list[dict]:
    """For each month and theme of feedback: texts and distinct people, in the chat and in surveys."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for message, day in decided.said:
        if message.said.theme and len(message.text) >= LEAST_CHARACTERS:
            texts[str(Month.parse(day)), message.said.theme].append(decided.id(message.author))
    for number, answer in enumerate(plan.answers):
        if answer.theme:
            who = decided.id(answer.person) if answer.person else f"anonymous {number}"
            texts[str(Month.parse(day_of(answer.at))), answer.theme].append(who)
    return [
        {"month": month, "theme": theme, "texts": len(people), "people": len(set(people))}
        for (month, theme), people in sorted(texts.items())
    ]


def told(decided: Decided, plan: Plan) -> dict:
    """For each story: when, how big, and who."""
    tags = {
        "spam_wave": "spammer", "flood": "flood", "viral_post": "viral", "small_circle": "circle",
        "moderator_leaves": "moderator who leaves", "core_goes_quiet": "goes quiet", "school_ends": "school",
        "price_change": "cancelled over price",
    }  # fmt: skip
    made = {}
    for name, story in plan.planted.items():
        people = [decided.id(p) for p in plan.people if tags.get(name) in p.tags]
        made[name] = {
            "told": story.told,
            "starts": story.starts.isoformat(),
            "ends": story.ends.isoformat(),
            "size": story.size,
            "people": people,
        }
    if "sync_bug" in made:
        made["sync_bug"]["fixed"] = SYNC_FIXED_ON.isoformat()
    if "price_change" in made:
        made["price_change"]["rises"] = PRICE_RISES_ON.isoformat()
    if "staff_favours" in made:
        made["staff_favours"] |= _favours(decided, plan.planted["staff_favours"])
    if "silent_group" in made:
        made["silent_group"] |= _restart(decided)
    return made


def _favours(decided: Decided, story: Story) -> dict:
    """Of the questions of core members and of others, before the habit began and since: how many the team answered,
    and the median of hours that its answer took."""
    begins, found = starts(story.starts), {}
    for message in decided.messages:
        if message.opener is None and message.said.asks and message.author.counts:
            who = "core" if message.author.kind == "core" else "others"
            when = "since" if message.at >= begins else "before"
            team = [a.at for a in decided.answers_to.get(id(message), ()) if a.author.kind == "staff"]
            found.setdefault(f"{who}_{when}", []).append((min(team) - message.at) / HOUR if team else None)
    told = {}
    for name, waits in sorted(found.items()):
        answered = [hours for hours in waits if hours is not None]
        median_hours = median(answered) if answered else None
        told[name] = {"asked": len(waits), "answered": len(answered), "median_hours": median_hours}
    return told


def _restart(decided: Decided) -> dict:
    """Who answered the prompt that woke the silent group, within 72 hours."""
    prompt = next(
        m for m in decided.messages if m.group == "compost" and m.author.kind == "staff" and m.said.topic == "prompt"
    )
    replies = [a for a in decided.answers_to.get(id(prompt), ()) if a.author.counts and a.at < prompt.at + 72 * HOUR]
    return {"group": "compost", "answered_by": len({a.author.number for a in replies})}
