"""What is said on one platform, in the order of time: who opens what, who answers whom and how soon, who reacts."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta

from workbench.period import Month
from workbench.sample.calendar import (
    DAY,
    HOUR,
    HOURS,
    MINUTE,
    SECOND,
    WEEKDAYS,
    day_of,
    days_between,
    holiday,
    local,
    starts,
)
from workbench.sample.chance import Chance
from workbench.sample.people import Person, welcomed
from workbench.sample.speech import PRAISE, TOPICS, Said, human, say, templates
from workbench.sample.stories import SYNC_FIXED_ON, Story, complaints

QUICK = (1, 3, 6, 10, 16, 25, 40, 65, 110, 190, 330)
"""Quantiles, in minutes, of how long a moderator or helper takes to see a question by day."""
SLOW = (20, 60, 120, 200, 300, 420, 600, 900, 1300, 1900, 2900)
SOON = (1, 2, 4, 7, 12, 20, 35, 60, 110, 200, 400)
EMOJI = ("heart", "+1", "seedling", "tomato", "raised_hands", "sunflower", "clap", "eyes", "tada")
EVERYDAY = {"reminders": 7, "offline": 7, "printing": 6, "varieties": 6, "kindness": 5, "calendar": 5}
"""So many members of 600 bring up a theme in the chat in any month."""
_OPEN_DAYS = 4


@dataclass(eq=False, slots=True)
class Message:
    """Something said. `at` is what the platform's export tells: microseconds, whole minutes where it tells no more."""

    number: int
    platform: str
    group: str
    author: Person
    at: int
    text: str
    said: Said
    kind: str
    opener: "Message | None" = None
    """The message that began the thread; None for the beginning itself."""
    answers: "Message | None" = None
    """The message that this one is shown to answer."""
    mentions: tuple[Person, ...] = ()
    reactions: list[tuple[str, list[Person]]] = field(default_factory=list)
    edited: int | None = None
    removed: int | None = None
    broadcast: bool = False
    replies: int = 0
    answered: bool = False
    last: int = 0

    @property
    def begins(self) -> "Message":
        return self.opener or self


@dataclass(frozen=True)
class Place:
    """A platform: its groups and what they are for, how precisely it tells time, whether it has threads."""

    platform: str
    groups: dict[str, str]
    """The use of each group: talk, help, show, feedback, intro, news, chatter, school."""
    begins: date
    ends: date
    tick: int = 1
    threads: bool = True
    share: float = 1.0
    """How much of a person's writing happens here."""
    lively: bool = True
    """Whether the team's prompts, the bot and the stories happen here."""


class Conversation:
    """The talk of one place, made by `run`."""

    def __init__(self, place: Place, crowd: list[Person], planted: dict[str, Story], members: int, chance: Chance):
        self.place, self.crowd, self.planted, self.members = place, crowd, planted, members
        self.chance = chance
        self.messages: list[Message] = []
        self._queue: list = []
        self._order = 0
        self._open: deque[Message] = deque()
        self._recent: deque[Person] = deque(maxlen=60)
        self._last_in: dict[str, int] = {}
        self._introduced: set[int] = set()
        self._taken: set[tuple[str, int]] = set()
        self._helpers = [p for p in crowd if p.tags & {"moderator", "helper", "goes quiet"}]
        self._team = [p for p in crowd if p.kind == "staff"]
        self._bots = [p for p in crowd if p.role == "bot"]
        self.prompts: list[Message] = []

    def run(self) -> list[Message]:
        """Everything said, in the order of time."""
        end = starts(self.place.ends)
        for day in days_between(self.place.begins, self.place.ends):
            self._plan_day(day)
        if self.place.lively:
            self._plan_feedback()
            self._plan_stories()
        else:
            self._frame()
        while self._queue:
            at, _, act, given = heapq.heappop(self._queue)
            if at < end:
                act(at, *given)
        return self.messages

    # What is planned

    def _frame(self) -> None:
        """A word on the first and the last day by who founded the place, so that the export covers whole months."""
        group = next(iter(self.place.groups))
        for at in (starts(self.place.begins) + 10 * HOUR, starts(self.place.ends) - 3 * HOUR):
            self._at(at, self._begin_in, self.crowd[0], group)

    def _at(self, at: int, act, *given) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, act, given))

    def _moment(self, day: date, person: Person, draw: Chance) -> int:
        hour = (draw.weighted(range(24), HOURS) - person.early) % 24
        return starts(day) + hour * HOUR + draw.below(3600) * SECOND + draw.below(1_000_000)

    def _plan_day(self, day: date) -> None:
        month, quiet = Month.parse(day), holiday(day) * WEEKDAYS[day.weekday()]
        for person in self.crowd:
            if person.kind in ("staff", "bot", "spammer", "flood"):
                continue
            begin = starts(day)
            if begin + DAY < person.joined or (person.left is not None and person.left < begin):
                continue
            if begin > person.quiet_from:
                continue
            draw = self.chance.of(person.number, day.isoformat())
            age = max(0, (begin - person.joined) // DAY)
            fresh = person.half_life / (person.half_life + age)
            if "circle" in person.tags:
                self._plan_circle(day, month, person, draw)
                fresh *= 0.7
            if draw.happens(min(0.97, person.rate * fresh * quiet * self.place.share * 1.25)):
                most = {"core": 4, "regular": 3}.get(person.kind, 2)
                for _ in range(1 + draw.times(0.42, most)):
                    self._at(self._moment(day, person, draw), self._speak, person)
            if day_of(person.joined) == day and self.place.lively:
                self._plan_arrival(person, month, draw)
        if self.place.lively:
            self._plan_team(day, month)
        self._at(starts(day) + 12 * HOUR, self._wake, day)

    def _plan_arrival(self, person: Person, month: Month, draw: Chance) -> None:
        """Newcomers introduce themselves, more of them when somebody takes them by the hand."""
        if person.earlier or "viral" in person.tags or person.kind in ("spammer", "flood"):
            return
        speaks = {"core": 0.9, "regular": 0.75, "casual": 0.42, "lurker": 0.06}[person.kind]
        if welcomed(month, self.planted):
            speaks = {"core": 0.97, "regular": 0.93, "casual": 0.8, "lurker": 0.3}[person.kind]
        if draw.happens(speaks):
            self._at(person.joined + draw.along(SOON) * 6 * MINUTE + draw.below(1_000_000), self._introduce, person)
        if self._bots:
            self._at(person.joined + 4 * SECOND + draw.below(1_000_000), self._greet, person)

    def _plan_circle(self, day: date, month: Month, person: Person, draw: Chance) -> None:
        story = self.planted.get("small_circle")
        if not story or day < story.starts or not self.place.lively:
            return
        months = (month.year - story.starts.year) * 12 + month.number - story.starts.month
        for _ in range(draw.between(0, 1 + 5 * months // 2) + draw.times(0.5, months)):
            self._at(self._moment(day, person, draw), self._chat, person)

    def _plan_team(self, day: date, month: Month) -> None:
        draw = self.chance.of("team", day.isoformat())
        if day.weekday() == 0:
            who = draw.one(self._team)
            at = starts(day) + 9 * HOUR + draw.below(2400) * SECOND + draw.below(1_000_000)
            self._at(at, self._ask_all, who, "general", "prompt")
        if day.weekday() == 3 and draw.happens(0.6):
            self._at(
                starts(day) + 11 * HOUR + draw.below(5_000) * SECOND, self._announce, draw.one(self._team), "announce"
            )
        if self._bots:
            self._at(starts(day) + 23 * HOUR + 30 * MINUTE + draw.below(900_000), self._weather, day)

    def _plan_feedback(self) -> None:
        """Members bring up themes in the chat: some every month, those of a story when it happens."""
        month = Month.parse(self.place.begins)
        while month.start < self.place.ends:
            draw = self.chance.of("feedback", str(month))
            counts = dict(EVERYDAY)
            if "sync_bug" in self.planted:
                counts["sync"] = complaints("sync_bug", month)
            if "price_change" in self.planted:
                counts["price"] = complaints("price_change", month)
            for theme, count in sorted(counts.items()):
                self._plan_theme(theme, -(-count * self.members // 600), month, draw.of(theme))
            month = month.next

    def _plan_theme(self, theme: str, count: int, month: Month, draw: Chance) -> None:
        days = [day for day in days_between(month.start, month.end) if day < self.place.ends]
        if theme == "sync" and month == Month.parse(SYNC_FIXED_ON):
            days = days[: SYNC_FIXED_ON.day]
        middle = starts(days[len(days) // 2])
        fit = [
            p for p in self.crowd
            if p.kind in ("regular", "casual", "core") and p.here(middle) and p.quiet_from > starts(month.end)
            and "circle" not in p.tags
        ]  # fmt: skip
        if theme == "price":
            fit = [p for p in fit if p.paid] + fit
        chosen = list(dict.fromkeys(draw.some(fit, 2 * count)))[:count]
        for person in chosen:
            day = draw.one(days)
            self._at(self._moment(day, person, draw), self._complain, person, theme)

    def _plan_stories(self) -> None:
        for name, plan in (
            ("welcome_programme", self._tell_of_welcome),
            ("silent_group", self._restart_group),
            ("spam_wave", self._plan_spam),
            ("flood", self._plan_flood),
            ("moderator_leaves", self._plan_farewell),
            ("price_change", self._tell_of_price),
            ("sync_bug", self._tell_of_fix),
        ):
            if story := self.planted.get(name):
                plan(story)

    def _tell_of_welcome(self, story: Story) -> None:
        self._at(starts(story.starts) + 10 * HOUR, self._announce, self._team[0], "welcome_programme")

    def _tell_of_price(self, story: Story) -> None:
        self._at(starts(story.starts) + 9 * HOUR, self._announce, self._team[0], "price")

    def _tell_of_fix(self, story: Story) -> None:
        self._at(starts(SYNC_FIXED_ON) + 16 * HOUR, self._announce, self._team[0], "sync_fixed")

    def _restart_group(self, story: Story) -> None:
        self._at(starts(story.ends) + 17 * HOUR + 12_345_678, self._ask_all, self._team[1], "compost", "restart")

    def _plan_farewell(self, story: Story) -> None:
        for person in self.crowd:
            if "moderator who leaves" in person.tags and person.left is not None:
                self._at(person.left - 3 * HOUR, self._farewell, person)

    def _plan_spam(self, story: Story) -> None:
        for person in self.crowd:
            if "spammer" not in person.tags:
                continue
            draw = self.chance.of("spam", person.number)
            groups = [group for group, use in self.place.groups.items() if use in ("talk", "help", "show", "chatter")]
            for day in days_between(story.starts, story.ends + timedelta(days=1)):
                for _ in range(draw.between(1, 3)):
                    self._at(self._moment(day, person, draw), self._advertise, person, draw.one(groups))

    def _plan_flood(self, story: Story) -> None:
        person = next(p for p in self.crowd if "flood" in p.tags)
        draw = self.chance.of("flood")
        for _ in range(story.size):
            day = draw.one(days_between(story.starts, story.ends + timedelta(days=1)))
            self._at(self._moment(day, person, draw), self._flood, person)

    # What happens

    def _say(
        self,
        at: int,
        author: Person,
        group: str,
        said: Said,
        *,
        thread: Message | None = None,
        mentions: tuple[Person, ...] = (),
        plain: bool = False,
    ) -> Message:
        at -= at % self.place.tick
        while self.place.threads and (group, at) in self._taken:
            at += self.place.tick
        self._taken.add((group, at))
        text = said.text if plain else human(said.text, self.chance)
        message = Message(
            len(self.messages), self.place.platform, group, author, at, text, said,
            "reply" if thread else "post", thread.begins if thread else None, thread, mentions, last=at,
        )  # fmt: skip
        self.messages.append(message)
        if author.counts:
            self._last_in[group] = at
            self._recent.append(author)
        opener = message.begins
        if thread:
            opener.replies += 1
            opener.last = at
            opener.answered = opener.answered or (author is not opener.author and author.human)
            message.broadcast = self.place.threads and self.chance.happens(0.008)
        elif author.human and author.kind not in ("spammer", "flood"):
            self._open.append(message)
            if len(self._open) > 90:
                self._open.popleft()
        if not plain and self.chance.happens(0.02):
            message.edited = at + self.chance.between(20, 900) * SECOND
        self._react(message)
        return message

    def _react(self, message: Message) -> None:
        use = self.place.groups.get(message.group, "talk")
        loved = {"show": 4, "intro": 2, "news": 3}.get(use, 1) if message.kind == "post" else 1
        if message.author.kind in ("spammer", "flood", "bot") or len(self._recent) < 5:
            return
        count = self.chance.times(0.62 if loved > 1 else 0.28, 2 * loved)
        givers = [p for p in dict.fromkeys(self.chance.some(self._recent, count)) if p is not message.author]
        for giver in givers:
            if not giver.here(message.at):
                continue
            emoji = self.chance.one(EMOJI[:3] if loved == 1 else EMOJI)
            known = next((people for name, people in message.reactions if name == emoji), None)
            if known is None:
                message.reactions.append((emoji, [giver]))
            else:
                known.append(giver)

    def _may(self, person: Person, at: int) -> bool:
        return person.here(at) and at < person.quiet_from

    def _silent(self, group: str, at: int) -> bool:
        story = self.planted.get("silent_group")
        return bool(story and self.place.lively and group == "compost" and story.starts <= day_of(at) <= story.ends)

    def _speak(self, at: int, person: Person) -> None:
        if not self._may(person, at):
            return
        if self.place.lively and person.number not in self._introduced and at - person.joined < 10 * DAY:
            self._introduce(at, person)
            return
        thread = self._thread_for(person, at) if self.chance.happens(0.56) else None
        if thread is not None:
            self._reply(at, person, thread)
        else:
            self._begin(at, person)

    def _thread_for(self, person: Person, at: int) -> Message | None:
        while self._open and at - self._open[0].last > _OPEN_DAYS * DAY:
            self._open.popleft()
        weights, threads = [], []
        for opener in self._open:
            if (opener.author is person and not opener.answered) or self._silent(opener.group, at):
                continue
            if "school" in person.tags and self.place.groups.get(opener.group) != "school" and len(self._open) > 5:
                continue
            if self.place.groups.get(opener.group) == "school" and "school" not in person.tags:
                continue
            age = (at - opener.last) // HOUR
            if age > _OPEN_DAYS * 24 or opener.replies > 14:
                continue
            weight = 600 // (4 + 2 * age)
            weight *= 4 if opener.author.language == person.language else 2 if person.bilingual else 1
            weights.append(max(1, weight))
            threads.append(opener)
        return self.chance.weighted(threads, weights) if threads else None

    def _reply(self, at: int, person: Person, opener: Message) -> None:
        if self._silent(opener.group, at):
            return
        language = opener.author.language if person.bilingual else person.language
        said = opener.said
        mentions: tuple[Person, ...] = ()
        words = dict(said.words) if language == opener.author.language else {}
        if opener.author is person:
            told = say("thanks" if self.chance.happens(0.5) else "followup", language, self.chance, words=words)
        elif said.topic == "intro":
            told = say("welcome", language, self.chance, words={**words, "them": f"‹@{opener.author.number}›"})
            mentions = (opener.author,)
        elif said.topic in TOPICS:
            key = f"answer.{said.topic}" if opener.replies < 6 else "followup"
            told = say(key, language, self.chance, words=words)
        elif said.theme:
            if person.kind == "staff":
                key = said.theme if said.theme in ("sync", "price") else "other"
                told = say(f"staff.{key}", language, self.chance)
            else:
                key = said.theme if said.theme in ("sync", "price") else "other"
                theme = said.theme if key != "other" else None
                told = say(f"agree.{key}", language, self.chance, theme=theme)
        elif said.topic == "prompt":
            told = say("reply_prompt", language, self.chance)
        else:
            told = say("comment_show" if said.topic == "show" else "comment_remark", language, self.chance, words=words)
        self._say(at, person, opener.group, told, thread=opener, mentions=mentions)

    def _begin(self, at: int, person: Person) -> None:
        groups = self.place.groups
        liked = [group for group in person.groups if group in groups and not self._silent(group, at)]
        if "school" in person.tags and "school-gardens" in groups:
            liked = ["school-gardens"] * 3
        if not liked:
            liked = [group for group, use in groups.items() if use in ("talk", "help") and not self._silent(group, at)]
        weights = (5, 3, 2, 1)
        group = self.chance.weighted(liked[:4], weights[: len(liked[:4])])
        use, language = groups[group], self._spoken(group, person)
        asks = self.chance.happens(
            {"help": 0.8, "talk": 0.34, "school": 0.3, "chatter": 0.15, "show": 0.1}.get(use, 0.3)
        )
        if asks:
            topic = self._topic(group)
            said = say(f"question.{topic}", language, self.chance, framed=("hello", "bye"), topic=topic)
        elif use == "show":
            said = say("show", language, self.chance, framed=("", "end"), topic="show")
        elif use == "chatter" and self.chance.happens(0.5):
            said = say("chatter", language, self.chance)
        else:
            said = self._remark(group, language)
        message = self._say(at, person, group, said)
        if said.asks:
            self._help(message)

    def _remark(self, group: str, language: str) -> Said:
        use = self.place.groups[group]
        if use == "show" or (use != "help" and self.chance.happens(0.2)):
            return say("show", language, self.chance, framed=("", "end"), topic="show")
        key = f"remark.{self._topic(group)}"
        return say(key, language, self.chance, framed=("start", "end"), topic="remark")

    def _spoken(self, group: str, person: Person) -> str:
        if group == "entraide-fr":
            return "fr" if person.language == "fr" or person.bilingual else person.language
        return person.language

    def _topic(self, group: str) -> str:
        own = {"compost": "compost", "seeds-and-sowing": "sowing", "kitchen": "herbs", "app-help": "app"}.get(group)
        return own if own and self.chance.happens(0.8) else self.chance.one(TOPICS)

    def _help(self, opener: Message) -> None:
        """Who feels in charge of a question sees to it: moderators and helpers soon, the team as its habit goes."""
        at, draw = opener.at, self.chance.of("help", opener.number)
        if not self.place.lively:
            if self._helpers and draw.happens(0.45):
                self._at(
                    self._waking(at + draw.along(SLOW) * MINUTE, draw), self._answer, draw.one(self._helpers), opener
                )
            return
        for person in self._helpers:
            if person is opener.author or not draw.happens(_zeal(person)):
                continue
            self._at(self._waking(at + draw.along(QUICK) * MINUTE, draw), self._answer, person, opener)
            if draw.happens(0.7):
                break
        favours = "staff_favours" in self.planted and day_of(at) >= self.planted["staff_favours"].starts
        core = opener.author.kind == "core"
        chance, waits = (0.55, QUICK) if favours and core else (0.12, SLOW) if favours else (0.2, SLOW)
        if draw.happens(chance):
            self._at(self._waking(at + draw.along(waits) * MINUTE, draw), self._answer, draw.one(self._team), opener)

    def _waking(self, at: int, draw: Chance) -> int:
        """Nobody sees to questions at night: the next morning then."""
        moment = local(at)
        if 7 <= moment.hour < 23:
            return at + draw.below(1_000_000)
        day = moment.date() + timedelta(days=moment.hour >= 23)
        return max(at, starts(day) + 7 * HOUR) + draw.below(7200) * SECOND + draw.below(1_000_000)

    def _answer(self, at: int, person: Person, opener: Message) -> None:
        if not self._may(person, at) or not opener.author.here(at) or self._silent(opener.group, at):
            return
        if opener.answered and self.chance.happens(0.6):
            return
        if person.kind == "staff" and opener.said.topic in TOPICS:
            words = dict(opener.said.words)
            self._say(
                at,
                person,
                opener.group,
                say("staff.answer", opener.author.language, self.chance, words=words),
                thread=opener,
            )
        else:
            self._reply(at, person, opener)
        if opener.said.asks and self.chance.happens(0.35) and opener.author.counts:
            self._at(at + self.chance.along(SOON) * MINUTE + self.chance.below(1_000_000), self._thank, opener)

    def _thank(self, at: int, opener: Message) -> None:
        if self._may(opener.author, at) and not self._silent(opener.group, at):
            self._reply(at, opener.author, opener)

    def _introduce(self, at: int, person: Person) -> None:
        if not self._may(person, at) or person.number in self._introduced:
            return
        self._introduced.add(person.number)
        first = person.name.split()[0]
        said = say("intro", person.language, self.chance, words={"me": first}, framed=("", "end"), topic="intro")
        message = self._say(at, person, "introductions", said)
        many = 3 if welcomed(Month.parse(day_of(at)), self.planted) else 1
        draw = self.chance.of("welcome", message.number)
        for helper in draw.some(self._helpers, many):
            if draw.happens(0.75):
                self._at(self._waking(at + draw.along(QUICK) * MINUTE, draw), self._answer, helper, message)

    def _greet(self, at: int, person: Person) -> None:
        hello = templates(person.language, "bot.hello")[0]
        said = Said(f"‹@{person.number}› {hello}")
        self._say(at, self._bots[0], "introductions", said, mentions=(person,), plain=True)

    def _weather(self, at: int, day: date) -> None:
        language = "fr" if day.toordinal() % 2 else "en"
        self._say(at, self._bots[0], "general", say("bot", language, self.chance), plain=True)

    def _chat(self, at: int, person: Person) -> None:
        """The small circle: short lines among themselves, in threads that they open for it."""
        if not self._may(person, at):
            return
        now = [m for m in self._open if m.said.topic == "circle" and at - m.last < 8 * HOUR]
        others = [m for m in now if m.begins.author is not person or m.answered]
        said = say("chatter", person.language, self.chance)
        if others and self.chance.happens(0.86):
            self._say(at, person, others[-1].group, said, thread=others[-1])
        else:
            group = self.chance.weighted(("off-topic", "general"), (4, 1))
            self._say(at, person, group, Said(said.text, said.asks, None, "circle"))

    def _ask_all(self, at: int, who: Person, group: str, key: str) -> None:
        said = say(key, "fr" if key == "restart" else self.chance.one(("fr", "en")), self.chance, topic="prompt")
        message = self._say(at, who, group, said, plain=True)
        self.prompts.append(message)
        draw = self.chance.of("prompt", message.number)
        here = [
            p
            for p in self.crowd
            if p.counts and p.kind in ("core", "regular") and self._may(p, at) and "circle" not in p.tags
        ]
        restarts = key == "restart"
        for person in draw.some(here, max(3, (11 if restarts else 8) * self.members // 600)):
            wait = draw.between(11 * 60, 60 * 60) if restarts else draw.along(SLOW)
            self._at(self._waking(at + wait * MINUTE, draw), self._reply_to_prompt, person, message)

    def _reply_to_prompt(self, at: int, person: Person, opener: Message) -> None:
        if self._may(person, at) and not self._silent(opener.group, at):
            self._reply(at, person, opener)

    def _announce(self, at: int, who: Person, key: str) -> None:
        for language in ("fr", "en"):
            said = say(key if key == "announce" else f"announce.{key}", language, self.chance, topic="news")
            self._say(at, who, "announcements", said, plain=True)
            at += 40 * SECOND
            if key == "announce":
                break

    def _farewell(self, at: int, person: Person) -> None:
        self._say(at, person, "general", say("farewell", person.language, self.chance, topic="remark"), plain=True)

    def _complain(self, at: int, person: Person, theme: str) -> None:
        if not self._may(person, at):
            return
        group = "app-feedback" if theme not in PRAISE else "general"
        said = say(f"feedback.{theme}", person.language, self.chance, theme=theme)
        message = self._say(at, person, group, said)
        draw = self.chance.of("feedback", message.number)
        if draw.happens(0.4):
            self._at(self._waking(at + draw.along(SLOW) * MINUTE, draw), self._answer, draw.one(self._team), message)

    def _advertise(self, at: int, person: Person, group: str) -> None:
        if person.here(at):
            message = self._say(at, person, group, say("spam", "en", self.chance), plain=True)
            if self.chance.happens(0.7):
                message.removed = at + self.chance.along(QUICK) * MINUTE + 90 * SECOND

    def _flood(self, at: int, person: Person) -> None:
        self._say(at, person, "off-topic", say("flood", "en", self.chance), plain=True)

    def _wake(self, at: int, day: date) -> None:
        """A group that nobody wrote in for three days: somebody who likes it notices."""
        for group, use in self.place.groups.items():
            if use in ("news", "intro") or self._silent(group, at) or (use == "school" and not self._school(day)):
                continue
            if at - self._last_in.get(group, starts(self.place.begins)) < 3 * DAY:
                continue
            draw = self.chance.of("wake", group, day.isoformat())
            fit = [p for p in self.crowd if p.counts and p.kind in ("core", "regular") and self._may(p, at)]
            fit = [p for p in fit if ("school" in p.tags) == (use == "school")] or fit
            if fit:
                person = draw.one(fit)
                self._at(at + draw.between(10, 500) * MINUTE + draw.below(1_000_000), self._begin_in, person, group)

    def _school(self, day: date) -> bool:
        story = self.planted.get("school_ends")
        return story is None or day < story.starts

    def _begin_in(self, at: int, person: Person, group: str) -> None:
        if self._may(person, at) and not self._silent(group, at):
            said = self._remark(group, person.language)
            if self.place.groups[group] == "feedback":
                theme = self.chance.one(("offline", "printing", "varieties", "reminders"))
                said = say(f"feedback.{theme}", person.language, self.chance, theme=theme)
            self._say(at, person, group, said)


def _zeal(person: Person) -> float:
    """The chance that somebody who feels in charge takes a question: the moderator who will leave carries most."""
    if "moderator who leaves" in person.tags:
        return 0.72
    return 0.16 if "moderator" in person.tags else 0.1
