"""The plan's forum as Discourse's API gives it: a JSON file a topic, the categories, and the user list."""

from collections import defaultdict
from datetime import UTC
from html import escape
from pathlib import Path

from workbench.sample.calendar import utc
from workbench.sample.conversation import Message
from workbench.sample.elsewhere import Elsewhere
from workbench.sample.packing import as_csv, as_json, write_zip
from workbench.sample.people import Person


def native_id(person: Person, seed: int) -> str:
    return str(person.number - 30_000 + 101)


def write(other: Elsewhere, path: Path, seed: int) -> None:
    """The export as a zip."""
    categories = {group: number for number, group in enumerate(other.home.groups, 5)}
    topics: dict[int, list[Message]] = defaultdict(list)
    for message in other.messages:
        topics[message.begins.number].append(message)
    contents = {
        "categories.json": as_json(
            {"category_list": {"categories": [{"id": number, "name": group} for group, number in categories.items()]}}
        ),
        "user_list.csv": _users(other, seed),
    }
    for topic, (opener, *replies) in enumerate(topics.values(), 11):
        posts = [_post(message, topic, number, seed) for number, message in enumerate([opener, *replies], 1)]
        numbers = {id(message): number for number, message in enumerate([opener, *replies], 1)}
        for message, post in zip(replies, posts[1:], strict=True):
            if message.answers is not None and message.answers is not opener:
                post["reply_to_post_number"] = numbers[id(message.answers)]
        found = {
            "id": topic, "title": opener.text.split(". ")[0][:80], "archetype": "regular",
            "category_id": categories[opener.group],
            "post_stream": {"posts": posts, "stream": [post["id"] for post in posts]},
        }  # fmt: skip
        contents[f"t/{topic}.json"] = as_json(found)
    write_zip(path, contents)


def _post(message: Message, topic: int, number: int, seed: int) -> dict:
    likes = sum(len(givers) for _, givers in message.reactions)
    at = _time(message.at)
    return {
        "id": message.number + 1001, "user_id": int(native_id(message.author, seed)),
        "username": _username(message.author), "created_at": at, "updated_at": at, "post_number": number,
        "post_type": 1, "topic_id": topic, "reply_to_post_number": None, "cooked": f"<p>{escape(message.text)}</p>",
        "actions_summary": [{"id": 2, "count": likes}] if likes else [], "admin": False, "moderator": False,
        "staff": False, "user_deleted": False,
    }  # fmt: skip


def _users(other: Elsewhere, seed: int) -> bytes:
    rows = [
        (
            native_id(p, seed),
            p.name,
            _username(p),
            f"{utc(p.joined):%Y-%m-%d %H:%M:%S} UTC",
            "1",
            "true",
            "false",
            "false",
        )
        for p in other.people
    ]
    return as_csv(("id", "name", "username", "created_at", "trust_level", "active", "admin", "moderator"), rows)


def _username(person: Person) -> str:
    return person.name.lower().replace(" ", "_").replace("-", "_")


def _time(at: int) -> str:
    return f"{utc(at).replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%S}.{at // 1000 % 1000:03d}Z"
