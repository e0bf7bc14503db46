"""The same community on other platforms: a French WhatsApp group, an English Discord server, a forum; some people are
on two platforms."""

from dataclasses import dataclass, replace
from datetime import date

from workbench.sample.calendar import DAY, HOUR, LAST_MONTH, MINUTE, SECOND, days_between, starts
from workbench.sample.chance import Chance
from workbench.sample.conversation import Conversation, Message, Place
from workbench.sample.people import NOT_YET, Person
from workbench.sample.speech import names


@dataclass(frozen=True)
class Home:
    """A platform beside Slack. Of 600 members, `shared` are there too, and `own` others are there only."""

    platform: str
    title: str
    groups: dict[str, str]
    months: int
    shared: int
    own: int
    languages: tuple[str, ...]
    tick: int
    threads: bool
    leaves: bool
    """Whether the platform's export tells who leaves."""


HOMES = (
    Home("whatsapp", "Balcons de Lyon", {"Balcons de Lyon": "talk"}, 18, 10, 18, ("fr",), MINUTE, False, True),
    Home(
        "discord", "Semis Greenhouse", {"lounge": "talk", "plant-help": "help", "pictures": "show"},
        20, 14, 46, ("en",), 1000, True, False,
    ),
    Home(
        "discourse", "Semis Forum", {"Growing": "talk", "Using Semis": "help"},
        24, 20, 60, ("fr", "en"), 1000, True, False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Elsewhere:
    """What was decided about one of these platforms. People have their own records here; `same` joins them."""

    home: Home
    place: Place
    people: list[Person]
    same: dict[int, Person]
    """By number here, the person on Slack."""
    messages: list[Message]


def elsewhere(community: list[Person], *, months: int, members: int, chance: Chance) -> dict[str, Elsewhere]:
    """Everything decided about the other platforms, by platform."""
    return {
        home.platform: _one(home, 10_000 * number, community, months, members, chance.of(home.platform))
        for number, home in enumerate(HOMES, 1)
    }


def _one(home: Home, first: int, community: list[Person], months: int, members: int, chance: Chance) -> Elsewhere:
    begins = LAST_MONTH.back(min(months, home.months) - 1).start
    place = Place(
        home.platform, home.groups, begins, LAST_MONTH.end,
        tick=home.tick, threads=home.threads, share=0.7, lively=False,
    )  # fmt: skip
    crowd, same = _crowd(home, begins, first, community, members, chance)
    return Elsewhere(home, place, crowd, same, Conversation(place, crowd, {}, members, chance.of("talk")).run())


def _crowd(
    home: Home, begins: date, first: int, community: list[Person], members: int, chance: Chance
) -> tuple[list[Person], dict[int, Person]]:
    """Founders on the first day, the others later; who founded the place stays."""
    fit = [
        p for p in community
        if p.role == "member" and p.kind in ("regular", "casual") and p.left is None and p.language in home.languages
    ]  # fmt: skip
    shared = chance.some(sorted(fit, key=lambda p: p.number), max(2, home.shared * members // 600))
    own, used = [], {person.name for person in community}
    for number in range(max(5, home.own * members // 600)):
        own.append(_stranger(home, used, chance.of("stranger", number)))
        used.add(own[-1].name)
    days = days_between(begins, LAST_MONTH.end)
    crowd, same = [], {}
    for number, person in enumerate([*own, *shared], first):
        founds = number - first < max(3, len(own) // 4)
        day = begins if founds else days[chance.below(len(days) * 9 // 10)]
        joined = (
            starts(day) + (8 * HOUR if founds else chance.between(9 * 60, 21 * 60) * MINUTE) + (number - first) * SECOND
        )
        left = None
        if home.leaves and not founds and chance.happens(0.3):
            left = min(joined + chance.between(20, 300) * DAY + 3 * HOUR, starts(LAST_MONTH.end) - HOUR)
        account = replace(
            person, number=number, joined=joined, left=left, reason="left" if left else None, earlier=(), inviter=None,
            kind="regular" if founds else person.kind, rate=0.24 if founds else person.rate + 0.02,
            half_life=600, groups=(), quiet_from=NOT_YET, paid=[], tags={"helper"} if number - first < 3 else set(),
        )  # fmt: skip
        crowd.append(account)
        if person.number:
            same[number] = person
    return crowd, same


def _stranger(home: Home, used: set[str], draw: Chance) -> Person:
    """Somebody who is on this platform only, under a name that nobody has."""
    language = draw.one(home.languages)
    given, family = names(language)
    name = ""
    while not name or name in used:
        name = f"{draw.one(given)} {draw.one(family)}-{draw.one(family)}"
    kind = draw.weighted(("regular", "casual", "lurker"), (3, 5, 3))
    return Person(0, name, language, kind, rate={"regular": 0.15, "casual": 0.05, "lurker": 0.01}[kind])
