"""What is recorded beside the talk: survey answers, payments, moderation, visits, the managers' log, social posts."""

from dataclasses import dataclass
from datetime import date, timedelta

from workbench.period import Month
from workbench.sample.calendar import DAY, HOUR, LAST_MONTH, MINUTE, SECOND, day_of, days_between, starts
from workbench.sample.chance import Chance
from workbench.sample.conversation import Message
from workbench.sample.people import Person
from workbench.sample.speech import PRAISE, say
from workbench.sample.stories import PRICE_RISES_ON, SYNC_FIXED_ON, Story, complaints

NPS, CSAT = "Semis and the community", "Was this answer helpful?"
NPS_USUAL = (1, 1, 1, 2, 2, 4, 6, 14, 21, 23, 25)
"""Out of 100 answers, how many give 0, 1, … 10."""
NPS_PRICE = (5, 4, 5, 7, 8, 11, 10, 15, 15, 11, 9)
CSAT_USUAL = (3, 4, 10, 38, 45)
COMPLAINTS = ("reminders", "offline", "printing", "varieties")


@dataclass(frozen=True)
class Answer:
    at: int
    person: Person | None
    survey: str
    scale: str
    score: int
    text: str = ""
    theme: str | None = None


@dataclass(frozen=True)
class Payment:
    at: int
    person: Person
    cents: int
    plan: str = "plus"


@dataclass(frozen=True)
class Action:
    at: int
    person: Person
    by: Person
    action: str
    rule: str
    reason: str
    about: Message | None = None


@dataclass(frozen=True)
class Visit:
    at: int
    visitor: str
    source: str
    person: Person | None = None


@dataclass(frozen=True)
class Note:
    """An entry of the managers' log."""

    at: int
    kind: str
    text: str
    person: Person | None = None
    group: str | None = None
    status: str = ""
    acknowledged: int | None = None
    closed: int | None = None


@dataclass(frozen=True)
class SocialPost:
    at: int
    network: str
    native: str
    form: str
    text: str
    impressions: int
    reach: int
    reactions: int
    comments: int
    shares: int
    clicks: int


def surveys(
    crowd: list[Person], months: list[Month], planted: dict[str, Story], members: int, chance: Chance
) -> list[Answer]:
    """Each month one member in five is asked whether they would recommend Semis and its community, and some are asked
    whether an answer helped. One answer in seven is anonymous; some answer twice."""
    made = []
    for month in months:
        draw = chance.of(str(month))
        middle = starts(month.start + timedelta(days=14))
        here = [p for p in crowd if p.counts and p.here(middle) and p.kind in ("core", "regular", "casual", "lurker")]
        for person in draw.some(here, len(here) * 24 // 100):
            made += _recommend(person, month, planted, draw)
        for person in draw.some([p for p in here if p.kind != "lurker"], 36 * members // 600):
            score = 1 + draw.weighted(range(5), CSAT_USUAL)
            text, theme = ("", None) if not draw.happens(0.2) or score < 4 else _words("kindness", person, draw)
            made.append(Answer(_moment(month, draw), person, CSAT, "csat", score, text, theme))
    return sorted(made, key=lambda answer: (answer.at, answer.score))


def _recommend(person: Person, month: Month, planted: dict[str, Story], draw: Chance) -> list[Answer]:
    angry = "price_change" in planted and month == LAST_MONTH
    score = draw.weighted(range(11), NPS_PRICE if angry else NPS_USUAL)
    theme = draw.one(COMPLAINTS) if score <= 7 else draw.one(PRAISE)
    bug = complaints("sync_bug", month) if "sync_bug" in planted and month < Month.parse(SYNC_FIXED_ON) else 0
    if score <= 7 and draw.happens(bug / 50):
        theme = "sync"
    if score <= 8 and angry and draw.happens(0.75):
        theme = "price"
    text, theme = _words(theme, person, draw) if draw.happens(0.42) else ("", None)
    known = None if draw.happens(0.15) else person
    at = _moment(month, draw)
    made = [Answer(at, known, NPS, "nps", score, text, theme)]
    if known and draw.happens(0.03) and day_of(at + DAY) < month.end:
        made.append(Answer(at + DAY - HOUR, known, NPS, "nps", min(10, score + 1)))
    return made


def _words(theme: str, person: Person, draw: Chance) -> tuple[str, str]:
    return say(f"feedback.{theme}", person.language, draw, theme=theme).text, theme


def _moment(month: Month, draw: Chance) -> int:
    day = month.start + timedelta(days=draw.below(month.days))
    return starts(day) + draw.between(8 * 60, 21 * 60) * MINUTE + draw.below(60) * SECOND


def payments(crowd: list[Person], begin: date, end: date, planted: dict[str, Story], chance: Chance) -> list[Payment]:
    """A payment on the day of the month of the first one, for as long as the paid plan lasts; few are paid back."""
    made = []
    for person in crowd:
        draw = chance.of(person.number)
        for start, stop in person.paid:
            month, day = Month.parse(start), min(start.day, 28)
            while (due := month.start.replace(day=day)) < (stop or end) and due < end:
                if due >= max(start, begin):
                    rises = "price_change" in planted and due >= PRICE_RISES_ON
                    at = starts(due) + draw.between(3 * 60, 20 * 60) * MINUTE
                    made.append(Payment(at, person, 800 if rises else 500))
                    if draw.happens(0.15 if rises else 0.008) and due + timedelta(days=3) < end:
                        made.append(Payment(at + 2 * DAY + 3 * HOUR, person, -800 if rises else -500))
                month = month.next
    return sorted(made, key=lambda payment: (payment.at, payment.person.number))


def moderation(messages: list[Message], crowd: list[Person], planted: dict[str, Story], chance: Chance) -> list[Action]:
    """What moderators did about spam, the flood, and now and then an unkind word."""
    moderators = [p for p in crowd if p.role == "moderator"] or [p for p in crowd if p.kind == "staff"]
    made: list[Action] = []
    warned: dict[int, int] = {}
    last_word: dict[int, Message] = {}
    for message in messages:
        if message.author.kind != "spammer":
            continue
        last_word[message.author.number] = message
        by = moderators[message.number % len(moderators)]
        if message.removed is not None:
            made.append(Action(message.removed, message.author, by, "remove", "no advertising", "advertising", message))
            if warned.get(message.author.number, 0) < 2:
                warned[message.author.number] = warned.get(message.author.number, 0) + 1
                made.append(
                    Action(
                        message.removed + 60 * SECOND,
                        message.author,
                        by,
                        "warn",
                        "no advertising",
                        "advertising",
                        message,
                    )
                )
        else:
            made.append(
                Action(message.at + 5 * HOUR, message.author, by, "flag", "no advertising", "advertising", message)
            )
    for number in sorted(last_word):
        message = last_word[number]
        by = moderators[number % len(moderators)]
        at = (message.removed or message.at) + 7 * HOUR
        message.author.left, message.author.reason = at, "banned"
        reason = "third offence" if warned.get(number, 0) >= 2 else "scam"
        made.append(Action(at, message.author, by, "ban", "no advertising", reason, message))
    floods = [message for message in messages if message.author.kind == "flood"]
    if floods:
        made.append(
            Action(
                floods[-1].at + 2 * HOUR,
                floods[0].author,
                moderators[0],
                "mute",
                "no flooding",
                "hundreds of lines",
                floods[-1],
            )
        )
    for message in messages:
        if message.author.counts and message.kind == "reply" and message.number % 1500 == 700:
            by = next((p for p in moderators if p.here(message.at)), None)
            if by and by is not message.author:
                made.append(Action(message.at + 3 * HOUR, message.author, by, "warn", "be kind", "tone", message))
    return sorted(made, key=lambda action: (action.at, action.person.number, action.action))


def visits(
    crowd: list[Person], begin: date, end: date, planted: dict[str, Story], members: int, chance: Chance
) -> list[Visit]:
    """Visits of the community's page, by people who may not be members; many after the viral post."""
    made = []
    viral = planted.get("viral_post")
    number = 0
    for day in days_between(begin, end):
        draw = chance.of(day.isoformat())
        count = draw.between(2, 9) * members // 600 + draw.below(2)
        if viral and viral.starts <= day <= viral.ends + timedelta(days=3):
            count += draw.between(60, 140) * members // 600
        for _ in range(count):
            number += 1
            source = draw.weighted(("search", "newsletter", "social", "direct"), (40, 15, 20, 25))
            source = "social" if count > 30 else source
            at = starts(day) + draw.between(6 * 3600, 23 * 3600) * SECOND
            made.append(Visit(at, f"v{number:06d}", source))
    for person in crowd:
        if person.human and starts(begin) <= person.joined - DAY:
            draw = chance.of("before joining", person.number)
            number += 1
            made.append(
                Visit(
                    person.joined - draw.between(5, 600) * MINUTE, f"v{number:06d}", person.source or "direct", person
                )
            )
    return sorted(made, key=lambda visit: (visit.at, visit.visitor))


def managers_log(
    months: list[Month], crowd: list[Person], prompts: list[Message], planted: dict[str, Story], chance: Chance
) -> list[Note]:
    """What the team did and noted: prompts, meetings, incidents, changes, thanks."""
    made = [
        Note(
            message.at,
            "prompt",
            "restart of #compost" if message.group == "compost" else "question of the week",
            None,
            message.group,
        )
        for message in prompts
    ]
    for month in months:
        draw = chance.of(str(month))
        made.append(Note(starts(month.start.replace(day=18)) + 19 * HOUR, "event", "open garden evening, online"))
        if month.number % 3 == 0:
            made.append(Note(starts(month.start.replace(day=5)) + 9 * HOUR, "poll", "which guide shall we write next"))
        core = [p for p in crowd if p.kind == "core" and p.here(starts(month.start))]
        thanked = starts(month.start.replace(day=25)) + 15 * HOUR
        made += [Note(thanked, "reward", "seed parcel, with thanks", person) for person in draw.some(core, 2)]
    made += _of_stories(planted)
    return sorted(made, key=lambda note: (note.at, note.kind, note.person.number if note.person else 0))


def _of_stories(planted: dict[str, Story]) -> list[Note]:
    def at(day: date, hour: int) -> int:
        return starts(day) + hour * HOUR

    made = []
    if story := planted.get("welcome_programme"):
        made.append(Note(at(story.starts, 9), "training", "welcome programme: a guide for every newcomer"))
    if story := planted.get("spam_wave"):
        made.append(
            Note(at(story.starts, 12), "incident", "spam wave", status="closed",
                 acknowledged=at(story.starts, 13), closed=at(story.ends + timedelta(days=1), 10))
        )  # fmt: skip
    if story := planted.get("sync_bug"):
        made.append(
            Note(at(story.starts + timedelta(days=20), 10), "incident", "synchronisation loses notes", status="closed",
                 acknowledged=at(story.starts + timedelta(days=21), 9), closed=at(SYNC_FIXED_ON, 16))
        )  # fmt: skip
        made.append(
            Note(at(story.starts + timedelta(days=22), 9), "routing", "sync fault: to product", status="answered")
        )
    if story := planted.get("price_change"):
        made.append(Note(at(story.starts, 9), "rule_change", "Semis Plus from 5 to 8 euros, from the 15th"))
    return made


def social_posts(months: list[Month], planted: dict[str, Story], chance: Chance) -> list[SocialPost]:
    """Two posts a week on each of two networks; one of them goes round."""
    made = []
    viral = planted.get("viral_post")
    first, end = months[0].start, months[-1].end
    for day in days_between(first, end):
        for network in ("mastodon", "instagram"):
            draw = chance.of(network, day.isoformat())
            goes_round = bool(viral and day == viral.starts and network == "instagram")
            if day.weekday() not in ((1, 4) if network == "mastodon" else (2, 5)) and not goes_round:
                continue
            seen = draw.between(400, 3000) * (60 if goes_round else 1)
            hour = draw.one((8, 12, 18, 20))
            language = draw.one(("fr", "en"))
            text = say("show", language, draw).text
            reactions = seen * draw.between(15, 60) // 1000
            made.append(
                SocialPost(
                    starts(day) + hour * HOUR + draw.below(60) * MINUTE, network, f"{network[:2]}{day:%Y%m%d}",
                    draw.one(("image", "image", "video", "link")), text, seen, seen * 8 // 10, reactions,
                    reactions // 8, reactions // 6, seen * draw.between(4, 12) // 1000,
                )
            )  # fmt: skip
    return made
