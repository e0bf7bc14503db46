"""The plan's Discord server as DiscordChatExporter writes it: a JSON file a channel, and the channel of arrivals."""

from datetime import UTC
from hashlib import blake2b
from pathlib import Path

from workbench.sample.calendar import utc
from workbench.sample.conversation import Message
from workbench.sample.elsewhere import Elsewhere
from workbench.sample.packing import as_json, write_zip
from workbench.sample.people import Person
from workbench.sample.speech import SIGNS, with_signs

_EPOCH_MS = 1_420_070_400_000


def native_id(person: Person, seed: int) -> str:
    return _snowflake(person.joined, f"user {person.number}", seed)


def write(other: Elsewhere, path: Path, seed: int) -> None:
    """The export as a zip of its files."""
    guild = {"id": _made("guild", seed), "name": other.home.title, "iconUrl": ""}
    arrivals = [
        _message(person.joined, _snowflake(person.joined, f"join {person.number}", seed), person, seed)
        | {"type": "GuildMemberJoin", "content": "Joined the server."}
        for person in other.people
    ]
    channels = {"welcome": sorted(arrivals, key=lambda message: int(message["id"]))}
    for group in other.home.groups:
        channels[group] = [_said(m, seed) for m in other.messages if m.group == group]
    contents = {}
    for group, messages in channels.items():
        channel = {
            "id": _made(f"channel {group}", seed), "type": "GuildTextChat", "categoryId": _made("category", seed),
            "category": "Community", "name": group, "topic": None,
        }  # fmt: skip
        found = {
            "guild": guild, "channel": channel, "dateRange": {"after": None, "before": None},
            "exportedAt": "2026-11-01T07:00:00+01:00", "messages": messages, "messageCount": len(messages),
        }  # fmt: skip
        contents[f"{other.home.title} - Community - {group} [{channel['id']}].json"] = as_json(found)
    write_zip(path, contents)


def _said(message: Message, seed: int) -> dict:
    made = _message(message.at, _id_of(message, seed), message.author, seed) | {"content": with_signs(message.text)}
    if message.answers is not None:
        made["type"] = "Reply"
        made["reference"] = {"messageId": _id_of(message.answers, seed)}
    made["reactions"] = [
        {
            "emoji": {"id": "", "name": SIGNS[emoji], "code": emoji, "isAnimated": False},
            "count": len(givers),
            "users": [_user(giver, seed) for giver in givers],
        }
        for emoji, givers in message.reactions
    ]
    return made


def _message(at: int, native: str, author: Person, seed: int) -> dict:
    return {
        "id": native, "type": "Default", "timestamp": _time(at), "timestampEdited": None, "isPinned": False,
        "content": "", "author": _user(author, seed), "attachments": [], "embeds": [], "reactions": [], "mentions": [],
    }  # fmt: skip


def _user(person: Person, seed: int) -> dict:
    name = person.name.lower().replace(" ", ".")
    return {
        "id": native_id(person, seed),
        "name": name,
        "discriminator": "0000",
        "nickname": person.name,
        "isBot": False,
    }


def _id_of(message: Message, seed: int) -> str:
    return _snowflake(message.at, f"message {message.number}", seed)


def _time(at: int) -> str:
    return utc(at).replace(tzinfo=UTC).isoformat(timespec="milliseconds")


def _snowflake(at: int, name: str, seed: int) -> str:
    return str(((at // 1000 - _EPOCH_MS) << 22) | (int(_made(name, seed)) & 0x3FFFFF))


def _made(name: str, seed: int) -> str:
    return str(int.from_bytes(blake2b(f"discord {seed} {name}".encode(), digest_size=7).digest(), "big"))
