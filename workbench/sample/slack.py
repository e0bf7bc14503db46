"""The plan's Slack workspace as Slack exports it: users, channels, and a file for each channel and local day."""

import re
from collections import defaultdict
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path

from workbench.sample.calendar import DAY, SECOND, starts, utc
from workbench.sample.conversation import Message
from workbench.sample.packing import as_json, write_zip
from workbench.sample.people import Person
from workbench.sample.plan import SLACK_GROUPS, Plan

BOT = "B07SEMIS"
MENTION = re.compile("‹@([0-9]+)›")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def native_id(person: Person, seed: int) -> str:
    """The Slack id of a person; the bot's as the importer names it."""
    return f"bot:{BOT}" if person.role == "bot" else "U" + _made(f"user {person.number}", seed)


def channel_id(group: str, seed: int) -> str:
    return "C" + _made(f"channel {group}", seed)


def event_id(message: Message, seed: int) -> str:
    """The id of the message in the store."""
    return f"slack:{channel_id(message.group, seed)}:{ts(message.at)}"


def ts(instant: int) -> str:
    return f"{instant // SECOND}.{instant % SECOND:06d}"


def _made(name: str, seed: int) -> str:
    number = int.from_bytes(blake2b(f"slack {seed} {name}".encode(), digest_size=8).digest(), "big")
    letters = []
    for _ in range(8):
        number, place = divmod(number, 36)
        letters.append(_LETTERS[place])
    return "0" + "".join(letters)


def groups_of(plan: Plan) -> dict[str, str]:
    """The channels and their use."""
    used = {message.group for message in plan.messages}
    return {group: use for group, use in SLACK_GROUPS.items() if group in used}


def archived_on(plan: Plan, group: str) -> date | None:
    """The day on which a channel was closed: that of the school project, when it was over."""
    story = plan.planted.get("school_ends")
    return story.starts + timedelta(days=8) if story and SLACK_GROUPS[group] == "school" else None


def write(plan: Plan, path: Path) -> None:
    """The export as a zip."""
    known = {person.number: person for person in plan.people}
    contents = {
        "users.json": as_json([_user(person, plan.seed) for person in plan.people if person.role != "bot"]),
        "channels.json": as_json([_channel(group, place, plan) for place, group in enumerate(groups_of(plan))]),
        "integration_logs.json": as_json([]),
    }
    days: dict[str, list[tuple[int, dict]]] = defaultdict(list)
    for message in plan.messages:
        if message.removed is None or message.replies:
            days[_file(message.group, message.at)].append((message.at, _message(message, known, plan.seed)))
    for person in plan.people:
        for joined in (person.joined, *(start for start, _ in person.earlier)):
            if person.human and joined >= starts(plan.months[0].start):
                days[_file("general", joined + SECOND)].append(
                    (joined + SECOND, _join(person, joined + SECOND, plan.seed))
                )
    for name, told in days.items():
        contents[name] = as_json([message for _, message in sorted(told, key=lambda pair: pair[0])])
    write_zip(path, contents)


def _file(group: str, at: int) -> str:
    return f"{group}/{utc(at):%Y-%m-%d}.json"


def _user(person: Person, seed: int) -> dict:
    given = person.name.split()[0]
    return {
        "id": native_id(person, seed),
        "team_id": "T0SEMIS",
        "name": person.name.lower().replace(" ", ".").replace("-", "."),
        "deleted": person.left is not None,
        "real_name": person.name,
        "tz": "Europe/Paris" if person.language == "fr" else "Europe/London",
        "profile": {"real_name": person.name, "display_name": person.name, "first_name": given},
        "is_admin": person.role in ("staff", "owner"),
        "is_owner": person.role == "owner",
        "is_bot": False,
    }


def _channel(group: str, place: int, plan: Plan) -> dict:
    owner = native_id(plan.people[0], plan.seed)
    created = (starts(plan.months[0].start) - (900 - place) * DAY) // SECOND
    return {
        "id": channel_id(group, plan.seed),
        "name": group,
        "created": created,
        "creator": owner,
        "is_archived": archived_on(plan, group) is not None,
    }


def _join(person: Person, at: int, seed: int) -> dict:
    user = native_id(person, seed)
    return {
        "type": "message",
        "subtype": "channel_join",
        "ts": ts(at),
        "user": user,
        "text": f"<@{user}> has joined the channel",
    }


def _message(message: Message, known: dict[int, Person], seed: int) -> dict:
    made: dict = {"type": "message"}
    if message.removed is not None:
        made |= {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "hidden": True}
    elif message.author.role == "bot":
        made |= {"subtype": "bot_message", "bot_id": BOT, "username": message.author.name}
    else:
        made |= {"user": native_id(message.author, seed)}
    if message.removed is None:
        made["text"] = _text(message.text, known, seed)
    made["ts"] = ts(message.at)
    if message.opener is not None:
        made |= {"thread_ts": ts(message.opener.at), "parent_user_id": _parent(message.opener, seed)}
        if message.broadcast:
            made["subtype"] = "thread_broadcast"
    elif message.replies:
        made |= {"thread_ts": ts(message.at), "reply_count": message.replies}
    if message.edited is not None and message.removed is None:
        made["edited"] = {"user": made["user"], "ts": f"{message.edited // SECOND}.000000"}
    if message.reactions:
        made["reactions"] = [
            {"name": emoji, "users": [native_id(giver, seed) for giver in givers], "count": len(givers)}
            for emoji, givers in message.reactions
        ]
    return made


def _parent(opener: Message, seed: int) -> str:
    return "USLACKBOT" if opener.removed is not None or opener.author.role == "bot" else native_id(opener.author, seed)


def _text(text: str, known: dict[int, Person], seed: int) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = MENTION.sub(lambda found: f"<@{native_id(known[int(found[1])], seed)}>", text)
    return re.sub(r"https?://[^ ]+", lambda found: f"<{found[0]}>", text)
