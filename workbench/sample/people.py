"""Who is in the sample community: when each person comes and goes, how much they talk, where, in which language."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from workbench.period import Month
from workbench.sample.calendar import DAY, HOUR, LAST_MONTH, MINUTE, SECOND, day_of, days_between, holiday, starts
from workbench.sample.chance import Chance
from workbench.sample.speech import names
from workbench.sample.stories import WELCOME_FROM, Story

NOT_YET = 1 << 62

KINDS = {"core": 13, "regular": 102, "casual": 302, "lurker": 183}
"""Of 600 members, so many are of each kind when they come."""
RATE = {"core": 0.5, "regular": 0.17, "casual": 0.045, "lurker": 0.004}
"""The chance of a kind to write on a day, when fresh."""
HALF_LIFE_DAYS = {"core": 2400, "regular": 420, "casual": 110, "lurker": 60}
"""After so many days the chance is half of it."""
LEAVE_PER_DAY = {"core": (0.0, 0.0), "regular": (0.0012, 0.0004), "casual": (0.0035, 0.0011), "lurker": (0.004, 0.0014)}
"""The hazard of leaving, per day, in the first 30 days as a member and after them: what survival estimates find."""
FIRST_DAYS = 30
SOURCES = (("invite", 30), ("search", 24), ("newsletter", 14), ("social", 14), ("event", 6), ("", 12))
BEFORE_YEARS = (3, 5, 8, 13, 20, 30, 45, 60, 90, 140, 200, 290, 400, 560, 730, 900)
"""Quantiles of how many days before the sample begins its first members had joined."""
COUNTRIES = {
    "fr": (("FR", 74), ("BE", 12), ("CH", 8), ("CA", 6)),
    "en": (("GB", 48), ("IE", 12), ("NL", 14), ("DE", 16), ("US", 10)),
}


@dataclass(eq=False, slots=True)
class Person:
    """Somebody, and what is decided about them. Instants are microseconds (UTC)."""

    number: int
    name: str
    language: str
    kind: str
    role: str = "member"
    joined: int = 0
    left: int | None = None
    reason: str | None = None
    earlier: tuple[tuple[int, int], ...] = ()
    """Stays before the last one, of who came back."""
    source: str = ""
    inviter: "Person | None" = None
    country: str = ""
    rate: float = 0.0
    half_life: int = 1
    early: int = 0
    """How many hours earlier than most this person lives."""
    bilingual: bool = False
    groups: tuple[str, ...] = ()
    """Where this person likes to write, most of all first."""
    quiet_from: int = NOT_YET
    paid: list[tuple[date, date | None]] = field(default_factory=list)
    """Spans with the paid plan; the end is not included."""
    tags: set[str] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        return self.role in ("member", "moderator", "ambassador")

    @property
    def human(self) -> bool:
        return self.role != "bot"

    def here(self, instant: int) -> bool:
        if self.joined <= instant and (self.left is None or instant < self.left):
            return True
        return any(start <= instant < end for start, end in self.earlier)


def people(*, members: int, months: int, planted: dict[str, Story], chance: Chance) -> list[Person]:
    """Everybody, in the order of joining; staff and bots first."""
    begin, end = LAST_MONTH.back(months - 1).start, LAST_MONTH.end
    names_of = _names(chance.of("names"))
    team = _team(begin, names_of)
    special = sum(story.size for name, story in planted.items() if name in ("viral_post", "spam_wave")) + 1
    ordinary = max(12, members - len(team) - special)
    made = _ordinary(ordinary, begin, end, months, names_of, chance)
    if story := planted.get("viral_post"):
        made += [_viral(story, number, names_of, chance.of("viral", number)) for number in range(story.size)]
    if story := planted.get("spam_wave"):
        made += [_spammer(story, number, names_of) for number in range(story.size)]
    if story := planted.get("flood"):
        made.append(_flooder(story, names_of))
    _leave(made, begin, end, chance.of("leaves"))
    _come_back(made, end, chance.of("returns"))
    _cast(made, begin, months, planted, chance.of("cast"))
    made.sort(key=lambda person: (person.joined, person.name))
    everybody = team + made
    for number, person in enumerate(everybody, 1):
        person.number = number
    _invite(made, chance.of("invites"))
    _pay(made, begin, end, planted, chance.of("plans"))
    return everybody


def _names(chance: Chance):
    """Endless different names of a language."""
    used: set[str] = set()

    def name(language: str) -> str:
        given, family = names(language)
        while True:
            made = f"{chance.one(given)} {chance.one(family)}"
            if made not in used:
                used.add(made)
                return made
            if len(used) > 0.8 * len(given) * len(family):
                made = f"{chance.one(given)} {chance.one(family)}-{chance.one(family)}"
                if made not in used:
                    used.add(made)
                    return made

    return name


def _team(begin: date, name) -> list[Person]:
    joined = starts(begin) - 1000 * DAY
    roles = (("owner", "fr"), ("staff", "en"), ("staff", "fr"), ("staff", "en"))
    team = [
        Person(0, name(language), language, "staff", role, joined, rate=0.5, half_life=1, bilingual=True, early=2)
        for role, language in roles
    ]
    bot = Person(0, "Semis Bot", "en", "bot", "bot", joined)
    return [*team, bot]


def _ordinary(count: int, begin: date, end: date, months: int, name, chance: Chance) -> list[Person]:
    opening = count * 3 // (3 + months // 2)
    days = days_between(begin, end)
    weights = [int(100 * holiday(day) * (1.6 if day.month in (2, 3, 4) else 1.0)) for day in days]
    made = []
    for number in range(count):
        draw = chance.of("person", number)
        if number < opening:
            joined = starts(begin) - draw.along(BEFORE_YEARS) * DAY - draw.below(DAY // SECOND) * SECOND
        else:
            day = draw.weighted(days, weights)
            joined = starts(day) + (draw.between(7 * 60, 22 * 60 + 50) * MINUTE) + draw.below(60) * SECOND
        language = "fr" if draw.happens(0.56) else "en"
        kind = draw.weighted(list(KINDS), list(KINDS.values()))
        made.append(_person(name(language), language, kind, joined, draw))
    return made


def _person(name: str, language: str, kind: str, joined: int, draw: Chance) -> Person:
    likes = ["general", "help", "show-your-garden", "seeds-and-sowing", "compost", "balconies", "off-topic", "kitchen"]
    if language == "fr":
        likes += ["entraide-fr", "entraide-fr"]
    sources, weights = zip(*SOURCES, strict=True)
    countries, shares = zip(*COUNTRIES[language], strict=True)
    return Person(
        0, name, language, kind,
        joined=joined,
        source=draw.weighted(sources, weights),
        country=draw.weighted(countries, shares) if draw.happens(0.8) else "",
        rate=RATE[kind] * (60 + draw.below(81)) / 100,
        half_life=HALF_LIFE_DAYS[kind],
        early=draw.between(-2, 2),
        bilingual=draw.happens(0.45),
        groups=tuple(dict.fromkeys(draw.some(likes, 4))),
    )  # fmt: skip


def _viral(story: Story, number: int, name, draw: Chance) -> Person:
    """Curious for a moment: one in seven says something, four in five are gone within five weeks."""
    days = days_between(story.starts, story.ends + timedelta(days=1))
    day = draw.weighted(days, [45, 30, 15, 10][: len(days)])
    joined = starts(day) + draw.between(8 * 3600, 23 * 3600) * SECOND
    language = "fr" if draw.happens(0.7) else "en"
    person = _person(name(language), language, "lurker", joined, draw)
    person.source, person.tags = "social", {"viral"}
    person.rate = 0.05 if number % 7 == 0 else 0.0
    person.half_life = 8
    if number % 5 != 0:
        person.left = min(joined + draw.between(2 * 24, 35 * 24) * HOUR + draw.below(3600) * SECOND, _end())
        person.reason = "left"
    return person


def _end() -> int:
    return starts(LAST_MONTH.end) - 1


def _spammer(story: Story, number: int, name) -> Person:
    joined = starts(story.starts - timedelta(days=1 + number % 3)) + (3 + 2 * number) * HOUR
    return Person(0, name("en"), "en", "spammer", joined=joined, source="", tags={"spammer"})


def _flooder(story: Story, name) -> Person:
    joined = starts(story.starts - timedelta(days=20)) + 15 * HOUR
    return Person(0, name("en"), "en", "flood", joined=joined, source="search", tags={"flood"})


def _leave(made: list[Person], begin: date, end: date, chance: Chance) -> None:
    """Each day as a member is a draw against the hazard of the kind; who came before the sample is here."""
    first_instant, stop = starts(begin), starts(end)
    for place, person in enumerate(made):
        if person.left is not None or person.kind not in LEAVE_PER_DAY:
            continue
        draw = chance.of(place)
        first, later = LEAVE_PER_DAY[person.kind]
        age = max(0, (first_instant - person.joined) // DAY + 1)
        while (instant := person.joined + age * DAY + draw.between(3600, 86_000) * SECOND) < stop - HOUR:
            age += 1
            if draw.happens(first if age <= FIRST_DAYS else later):
                person.left, person.reason = instant, "left" if draw.happens(0.85) else "deactivated"
                break


def _come_back(made: list[Person], end: date, chance: Chance) -> None:
    """One in ten of those who left early enough comes back, some within the week (which is no leave)."""
    stop = starts(end)
    for person in made:
        if person.reason != "left" or "viral" in person.tags or not chance.happens(0.10):
            continue
        back = person.left + (chance.between(26, 150) if chance.happens(0.25) else chance.between(240, 4800)) * HOUR
        if back < stop - 2 * DAY:
            person.earlier = ((person.joined, person.left),)
            person.joined, person.left, person.reason = back, None, None


def _cast(made: list[Person], begin: date, months: int, planted: dict[str, Story], chance: Chance) -> None:
    """Who plays in the stories: people who are there when they are needed."""
    free = [person for person in made if person.left is None and not person.earlier and not person.tags]
    old = starts(LAST_MONTH.back(min(9, months - 1)).start)

    def take(count: int, kinds: tuple[str, ...], tag: str, joined_before: int = old) -> list[Person]:
        fit = [p for p in free if p.kind in kinds and p.joined < joined_before]
        fit = fit if len(fit) >= count else [p for p in free if p.joined < joined_before]
        chosen = chance.some(sorted(fit, key=lambda p: (p.joined, p.name)), count)
        for person in chosen:
            free.remove(person)
            person.tags.add(tag)
        return chosen

    writers = ("core", "regular", "casual")
    for person in take(2, writers, "moderator", starts(begin)):
        person.role, person.bilingual = "moderator", True
        person.kind, person.rate, person.half_life = "core", 0.7, 4000
    moderators = [person for person in made if "moderator" in person.tags]
    if moderators and (story := planted.get("moderator_leaves")):
        gone = moderators[0]
        gone.tags.add("moderator who leaves")
        gone.left, gone.reason = starts(story.starts) + 19 * HOUR + 12 * MINUTE, "left"
    if story := planted.get("core_goes_quiet"):
        for person in take(story.size, ("core",), "goes quiet"):
            person.kind, person.rate, person.half_life = "core", 0.95, 4000
            person.quiet_from = starts(story.starts) + 21 * HOUR
    if story := planted.get("small_circle"):
        for person in take(story.size, ("core",), "circle"):
            person.kind, person.rate, person.half_life = "core", 0.8, 4000
    if story := planted.get("school_ends"):
        for person in take(story.size, ("regular",), "school"):
            person.kind, person.rate, person.half_life = "regular", 0.24, 4000
            person.quiet_from = starts(story.starts) + 18 * HOUR
    for person in take(3, writers, "helper", starts(begin)):
        person.kind, person.rate, person.bilingual, person.half_life = "core", 0.7, True, 4000


def _invite(made: list[Person], chance: Chance) -> None:
    for person in made:
        if person.source != "invite":
            continue
        first = min([person.joined, *(start for start, _ in person.earlier)])
        here = [
            other for other in made if other.kind in ("core", "regular") and other is not person and other.here(first)
        ]
        if here:
            person.inviter = chance.one(here)
        else:
            person.source = "search"


def _pay(made: list[Person], begin: date, end: date, planted: dict[str, Story], chance: Chance) -> None:
    """Who has the paid plan: some of those who come often. After the price rises, two in five of them cancel."""
    rises = planted.get("price_change")
    for person in made:
        draw = chance.of(person.number)
        wants = {"core": 0.7, "regular": 0.4, "casual": 0.09}.get(person.kind, 0.0)
        if not draw.happens(wants):
            continue
        first = max(person.joined, starts(begin) - 200 * DAY) + draw.between(1, 60) * DAY
        last = min(person.left or starts(end), starts(end))
        if first >= last:
            continue
        start = day_of(first)
        stop = day_of(last) if person.left is not None else None
        if stop is None and draw.happens(0.25):
            later = day_of(first + draw.between(60, 500) * DAY)
            stop = later if later < end else None
        if rises and stop is None and draw.happens(0.4):
            stop = rises.starts + timedelta(days=draw.between(1, 27))
            person.tags.add("cancelled over price")
        person.paid.append((start, stop))


def welcomed(month: Month, planted: dict[str, Story]) -> bool:
    """Whether newcomers of a month meet the welcome programme."""
    return "welcome_programme" in planted and month >= WELCOME_FROM
