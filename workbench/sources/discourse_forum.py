"""What is known of a Discourse forum while an export of it is read: accounts, posts and their places, categories."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workbench.sources import Reading, Row
from workbench.sources.json_stream import clean
from workbench.sources.known_ids import KnownIds

_FIRST, _LAST = datetime(1990, 1, 1), datetime(2100, 1, 1)
_EPOCH = datetime(1970, 1, 1)
_NOBODY, _NOT_MET = -(1 << 62), -1
_MOST_POSTS = 1 << 20
"""Posts of one topic; Discourse closes a topic long before."""


@dataclass
class Account:
    """Somebody met in posts, likes or visits."""

    username: str | None = None
    role: str | None = None
    seen_at: datetime = _EPOCH


@dataclass
class Forum:
    """One export while it is read.

    The post that opens a topic has the topic's id, `discourse:topic:<topic>`: whatever file of the forum tells of a
    post, it names the topic, so a post knows its thread though its opener is in another export or in none. Every other
    post is `discourse:post:<post>`.
    """

    platform: str
    reading: Reading
    accounts: dict[int, Account] = field(default_factory=lambda: defaultdict(Account))
    listed: set[int] = field(default_factory=set)
    """Accounts that a user list tells of."""
    for_a_time: set[int] = field(default_factory=set)
    """Accounts whose suspension ends."""
    names: dict[str, int] = field(default_factory=dict)
    """Accounts by user name in small letters, as Discourse compares them."""
    categories: dict[int, str | None] = field(default_factory=dict)
    topics: dict[int, int] = field(default_factory=dict)
    """Categories of the topics that topic files tell of."""
    posts: "Posts" = field(default_factory=lambda: Posts())
    likes: dict[int, int] = field(default_factory=dict)
    """How many likes a post has, for posts with any."""
    named_likes: dict[int, int] = field(default_factory=dict)
    """How many of them came one by one, with their givers."""
    records: dict[str, KnownIds] = field(default_factory=lambda: defaultdict(KnownIds))
    """Records of tables met so far, by kind of table."""
    first: datetime | None = None
    last: datetime | None = None

    def is_repeated(self, kind: str, key: int | None) -> bool:
        """Whether a record with this key was met before; it is met now."""
        if key is None or self.records[kind].get(key) is not None:
            return key is not None
        self.records[kind].add(key)
        return False

    def event_id(self, topic: int, number: int, post: int | None) -> str:
        """The event of a post; of one known only by its place in the topic, an id that no event has."""
        if number == 1:
            return f"{self.platform}:topic:{topic}"
        return f"{self.platform}:post:{post}" if post is not None else f"{self.platform}:topic:{topic}:{number}"

    def member(self, user: int | None) -> str | None:
        if user is None:
            return None
        self.accounts[user]  # met, if only by name
        return f"{self.platform}:{user}"

    def group(self, category: int | None) -> str | None:
        if category is None:
            return None
        self.categories.setdefault(category, None)
        return f"{self.platform}:category:{category}"

    def named(self, username: Any) -> str | None:
        """The member of that user name, if met so far."""
        user = self.names.get(username.lower()) if isinstance(username, str) else None
        return self.member(user)

    def saw(self, user: int | None, record: dict, at: datetime) -> None:
        """Take an account's name and role from a record of its own; the latest record is right."""
        if user is None:
            return
        account, username = self.accounts[user], clean(record.get("username"))
        if username:
            self.names[username.lower()] = user
        if at >= account.seen_at:
            account.username, account.seen_at = username or account.username, at
            account.role = role(user, record) or account.role

    def at(self, instant: datetime) -> None:
        self.first = min(self.first or instant, instant)
        self.last = max(self.last or instant, instant)

    def rows(self) -> Iterator[Row]:
        """What is told when all has been read: accounts that no list told of, categories, likes, coverage."""
        for user, account in self.accounts.items():
            if user not in self.listed:
                yield (
                    "members",
                    {
                        "member_id": f"{self.platform}:{user}",
                        "platform": self.platform,
                        "display_name": account.username,
                        "role": account.role or ("bot" if user < 0 else None),
                    },
                )
        for category, name in self.categories.items():
            yield (
                "groups",
                {"group_id": self.group(category), "platform": self.platform, "name": name, "kind": "category"},
            )
        for post in self.named_likes.keys() & self.likes.keys():
            yield self.like_count(post)
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": "", "from_at": self.first, "to_at": self.last},
            )

    def like_count(self, post: int) -> Row:
        """The likes of a post whose givers are not named."""
        topic, number, _ = self.posts.known(post)
        unnamed = max(self.likes.get(post, 0) - self.named_likes.get(post, 0), 0)
        return "reaction_counts", {"event_id": self.event_id(topic, number, post), "emoji": "like", "count": unnamed}


class Posts:
    """The posts met or named so far, by id and by place in their topic: about 60 bytes a post.

    >>> posts = Posts()
    >>> posts.learn(70, 9, 2, 5), posts.at(9, 2), posts.is_met(70)
    (None, (70, 5), False)
    >>> posts.meet(70, 9, 2, 5, datetime(2026, 1, 2)), posts.meet(70, 9, 2, 5, datetime(2026, 1, 1)), posts.known(70)
    ((False, True), (True, False), (9, 2, 5))
    """

    def __init__(self):
        self._by_id, self._by_place = KnownIds(4), KnownIds(1)

    def learn(self, post: int, topic: int, number: int, author: int | None) -> None:
        """Know a post from a record that names it; its own record tells more."""
        if not self.is_met(post):
            self._put(post, topic, number, author, _NOT_MET)

    def meet(self, post: int, topic: int, number: int, author: int | None, updated_at: datetime) -> tuple[bool, bool]:
        """Know a post from its own record: whether one was met before, and whether none met is newer."""
        *_, before = self._by_id.get(post) or (_NOT_MET,)
        updated = int((updated_at - _EPOCH).total_seconds() * 1000)
        self._put(post, topic, number, author, max(updated, before))
        return before != _NOT_MET, updated >= before

    def _put(self, post: int, topic: int, number: int, author: int | None, updated: int) -> None:
        self._by_id.add(post, topic, number, _NOBODY if author is None else author, updated)
        self._by_place.add(topic * _MOST_POSTS + number, post)

    def at(self, topic: int, number: int) -> tuple[int, int | None] | None:
        """Id and author of the post at a place."""
        post = self._by_place.get(topic * _MOST_POSTS + number)
        return None if post is None else (post[0], self.known(post[0])[2])

    def known(self, post: int) -> tuple[int, int, int | None] | None:
        """Topic, number and author of a post."""
        topic, number, author, _ = self._by_id.get(post) or (None, None, None, None)
        return None if topic is None else (topic, number, _somebody(author))

    def is_met(self, post: int) -> bool:
        known = self._by_id.get(post)
        return known is not None and known[3] != _NOT_MET


def _somebody(user: int) -> int | None:
    return None if user == _NOBODY else user


def role(user: int, record: dict) -> str | None:
    """A role by Discourse's flags; None where the record has none.

    >>> role(-1, {}), role(3, {"admin": True}), role(3, {"admin": "f", "moderator": "t"}), role(3, {})
    ('bot', 'staff', 'moderator', None)
    """
    if user < 0:
        return "bot"
    if is_true(record.get("admin")):
        return "staff"
    if is_true(record.get("moderator")):
        return "moderator"
    return "member" if "moderator" in record else None


def is_true(value: Any) -> bool:
    return value is True or value in ("true", "t")


def whole(value: Any) -> int | None:
    """A whole number, from JSON or from a cell of text, as large as an id may be.

    >>> whole(12), whole("-1"), whole(True), whole(1.5), whole("twelve"), whole(10**20)
    (12, -1, None, None, None, None)
    """
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"-?[0-9]{1,13}", value) else None
    return value if type(value) is int and abs(value) < 1 << 42 else None


def instant(value: Any) -> datetime | None:
    """One of Discourse's ways to write a time, which are all UTC.

    >>> instant("2026-10-03T04:08:50.012Z"), instant("2026-10-03 04:08:50 UTC"), instant("2026-10-03"), instant("never")
    (datetime.datetime(2026, 10, 3, 4, 8, 50, 12000), datetime.datetime(2026, 10, 3, 4, 8, 50), \
datetime.datetime(2026, 10, 3, 0, 0), None)
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value.replace(" UTC", "Z"))
        if found.tzinfo:
            found = (found if found.tzinfo is UTC else found.astimezone(UTC)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST <= found < _LAST else None
