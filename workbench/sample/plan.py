"""The whole plan of a sample community: everything that is decided, before any export is written."""

from dataclasses import dataclass

from workbench.errors import SettingsError
from workbench.period import Month
from workbench.sample import records
from workbench.sample.calendar import LAST_MONTH
from workbench.sample.chance import Chance
from workbench.sample.conversation import Conversation, Message, Place
from workbench.sample.elsewhere import Elsewhere, elsewhere
from workbench.sample.people import Person, people
from workbench.sample.stories import Story, stories

SLACK_GROUPS = {
    "general": "talk", "introductions": "intro", "announcements": "news", "help": "help", "entraide-fr": "help",
    "show-your-garden": "show", "seeds-and-sowing": "talk", "compost": "talk", "balconies": "talk", "kitchen": "talk",
    "app-feedback": "feedback", "off-topic": "chatter", "school-gardens": "school",
}  # fmt: skip
"""The channels and their use."""
MEMBERS, MONTHS = (40, 20_000), (3, 60)


@dataclass(frozen=True)
class Plan:
    """Everything that is decided about a sample community."""

    members: int
    months: tuple[Month, ...]
    seed: int
    planted: dict[str, Story]
    people: list[Person]
    messages: list[Message]
    """What is said on Slack, in the order of time."""
    answers: list[records.Answer]
    payments: list[records.Payment]
    actions: list[records.Action]
    visits: list[records.Visit]
    notes: list[records.Note]
    social_posts: list[records.SocialPost]
    others: dict[str, Elsewhere]
    """The other platforms of the same community."""


def decide(*, members: int = 600, months: int = 24, seed: int = 1) -> Plan:
    """The plan for about so many members, over so many months that end with October 2026."""
    for name, value, (low, high) in (("members", members, MEMBERS), ("months", months, MONTHS)):
        if not low <= value <= high:
            raise SettingsError(f"--{name} {value} is not possible. Write a whole number from {low} to {high}.")
    planted = stories(members=members, months=months)
    chance = Chance(seed, "community", members, months)
    covered = tuple(LAST_MONTH.back(back) for back in range(months - 1, -1, -1))
    begin, end = covered[0].start, LAST_MONTH.end
    crowd = people(members=members, months=months, planted=planted, chance=chance.of("people"))
    talk = Conversation(slack_place(months, planted), crowd, planted, members, chance.of("slack"))
    messages = talk.run()
    actions = records.moderation(messages, crowd, planted, chance.of("moderation"))
    return Plan(
        members, covered, seed, planted, crowd, messages,
        records.surveys(crowd, list(covered), planted, members, chance.of("surveys")),
        records.payments(crowd, begin, end, planted, chance.of("payments")),
        actions,
        records.visits(crowd, begin, end, planted, members, chance.of("visits")),
        records.managers_log(list(covered), crowd, talk.prompts, planted, chance.of("log")),
        records.social_posts(list(covered), planted, chance.of("social")),
        elsewhere(crowd, months=months, members=members, chance=chance.of("elsewhere")),
    )  # fmt: skip


def slack_place(months: int, planted: dict[str, Story]) -> Place:
    """The Slack workspace, where most of the community lives."""
    groups = dict(SLACK_GROUPS)
    if "school_ends" not in planted:
        del groups["school-gardens"]
    return Place("slack", groups, LAST_MONTH.back(months - 1).start, LAST_MONTH.end)
