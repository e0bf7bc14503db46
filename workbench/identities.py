"""Who may be the same person on several platforms: candidates for a human to accept, and who is joined already."""

import csv
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from workbench import store
from workbench.engine import open_community
from workbench.errors import SettingsError, StoreError
from workbench.sources.identities import answered, neutral
from workbench.words import LANGUAGES, say

EMAIL, NAME, HANDLE, SHORT, NEAR = "email", "name", "handle", "short", "near"
REASONS = (EMAIL, NAME, HANDLE, SHORT, NEAR)
"""Why two accounts may be one person, the strongest first."""
HANDLES = frozenset({"user_name", "username", "handle", "login"})
"""Attributes of a member that hold a name to log in with."""
COMMON = 50
"""A word that more accounts have in their names says nothing about who they are."""
SHARED = 5
"""A name that more accounts share on one platform is no sign of a person."""
ALIKE = 0.88
"""Spellings that have so much in common are near each other: one sign more or less in a name of eight."""


@dataclass(frozen=True)
class Account:
    member_id: str
    person_id: str
    platform: str
    name: str
    handles: frozenset[str]
    """Compact forms under which the account may log in elsewhere."""
    words: tuple[str, ...]

    @property
    def email(self) -> str:
        """The hash that stands for an e-mail address; "" where the account is known otherwise."""
        native = self.member_id.partition(":")[2]
        return native if native.startswith("email-") else ""


@dataclass(frozen=True)
class Candidate:
    """Two accounts that may be one person. `among` is how many accounts of the second's platform share the reason."""

    person: str
    account: str
    person_name: str
    account_name: str
    reasons: tuple[str, ...]
    among: int


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, without accents and signs, in alphabetical order.

    >>> words_of("Inès SERPOLET"), words_of("serpolet.ines")
    (('ines', 'serpolet'), ('ines', 'serpolet'))
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return tuple(sorted(re.findall(r"[^\W\d_]+|\d+", bare)))


def suggest(folder: str | Path) -> list[Candidate]:
    """Pairs of accounts on different platforms that may be one person and are not joined yet, the surest first.

    Reasons: the same e-mail address (by its hash), the same full name in any order and spelling of accents, the same
    name to log in with, a first name with the initial of the last, or a full name spelt nearly alike. A word alone is
    no reason, nor is a name that many share. Bots are left out. Nothing is joined: names prove nothing.
    """
    with open_community(folder) as community:
        rows = community.run(
            """
            SELECT a.member_id, a.person_id, a.platform, a.display_name, m.attributes
            FROM accounts AS a
            LEFT JOIN members AS m ON m.member_id = a.member_id
            WHERE a.counted_as <> 'bot'
            ORDER BY a.member_id
            """,
            month=community.last_day or "2000-01",
        )
    return candidates(_account(*row) for row in rows.itertuples(index=False))


def candidates(accounts: Iterable[Account]) -> list[Candidate]:
    """The candidates among some accounts; see `suggest`."""
    known = {account.member_id: account for account in accounts}
    people: dict[str, list[str]] = defaultdict(list)
    for account in known.values():
        people[account.person_id].append(account.member_id)
    size = Counter(account.platform for account in known.values())

    def place(account: Account) -> tuple:
        """The person is who has more accounts, or is at home on the larger platform."""
        return -len(people[account.person_id]), -size[account.platform], account.person_id

    reasons: dict[tuple[str, str], set[str]] = defaultdict(set)
    among: dict[tuple[str, str], int] = defaultdict(lambda: 1)
    for reason, pair, shared in _pairs(list(known.values())):
        first, second = (known[one] for one in pair)
        if first.platform != second.platform and first.person_id != second.person_id:
            reasons[pair].add(reason)
            among[pair] = max(among[pair], shared)
    found: dict[tuple[str, str], Candidate] = {}
    for pair, why in reasons.items():
        first, second = sorted((known[one] for one in pair), key=place)
        # The account that the person's others point to takes them along; where the person is a word, each is named.
        moved = [second.person_id] if second.person_id in known else people[second.person_id]
        for account in moved:
            made = Candidate(
                person=first.person_id,
                account=account,
                person_name=first.name,
                account_name=known[account].name,
                reasons=tuple(reason for reason in REASONS if reason in why),
                among=among[pair],
            )
            key = (made.person, made.account)
            if key not in found or _rank(made) < _rank(found[key]):
                found[key] = made
    return sorted(found.values(), key=_rank)


def _rank(one: Candidate) -> tuple:
    return (
        one.among > 1, REASONS.index(one.reasons[0]), -len(one.reasons), one.person_name.casefold(), one.person,
        one.account,
    )  # fmt: skip


def _account(member_id: str, person_id: str, platform: str, name: str, attributes) -> Account:
    told = dict(attributes) if isinstance(attributes, dict | list) else {}
    words = words_of(name) if name != member_id else ()
    shown = name if name != member_id and not re.search(r"\s", name.strip()) else ""
    given = {_compact(value) for key, value in told.items() if key in HANDLES}
    if len(short := _compact(shown)) >= 8 or any(sign.isdigit() for sign in short):
        given.add(short)  # a shorter word alone is a first name as often as not
    return Account(member_id, person_id, platform, name, frozenset(one for one in given if len(one) >= 5), words)


def _compact(name: str) -> str:
    """Letters and digits alone: how a name is written to log in.

    >>> _compact("Green_Thumb 42")
    'greenthumb42'
    """
    return "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name.casefold())))


def _pairs(accounts: list[Account]) -> Iterator[tuple[str, tuple[str, str], int]]:
    """Every reason for every pair, each pair in the order of its ids, with how many accounts of a platform share it."""
    known = {word for one in accounts if len(one.words) > 1 for word in one.words}
    yield from _equal(EMAIL, ((one.email, one) for one in accounts if one.email))
    yield from _equal(NAME, ((one.words, one) for one in accounts if _is_full(one.words)))
    yield from _equal(HANDLE, ((handle, one) for one in accounts for handle in one.handles - known))
    short = [((first, last[0]), one) for one in accounts for first, last in _first_and_last(one.words)]
    initials = [((first, last), one) for one in accounts for first, last in _with_initial(one.words)]
    wanted = {key for key, _ in initials}
    yield from _equal(SHORT, [*((key, one) for key, one in short if key in wanted), *initials])
    yield from _near(accounts)


def _equal(reason: str, keyed: Iterable[tuple[object, Account]]) -> Iterator[tuple[str, tuple[str, str], int]]:
    by_key: dict[object, dict[str, Account]] = defaultdict(dict)
    for key, account in keyed:
        by_key[key][account.member_id] = account
    for accounts in by_key.values():
        most = max(Counter(one.platform for one in accounts.values()).values())
        if most > SHARED:
            continue
        for first, second in combinations(sorted(accounts), 2):
            if reason != SHORT or not (_is_full(accounts[first].words) and _is_full(accounts[second].words)):
                yield reason, (first, second), most


def _first_and_last(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Which word is the first name is not known, so both ways."""
    if len(words) == 2 and min(map(len, words)) > 1:
        yield words
        yield words[::-1]


def _with_initial(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """A first name and an initial."""
    if len(words) == 2 and sorted(map(len, words))[0] == 1 and max(map(len, words)) > 2:
        yield tuple(sorted(words, key=len, reverse=True))


def _is_full(words: tuple[str, ...]) -> bool:
    """Whether a name has two words or more, initials apart."""
    return sum(len(word) > 1 for word in words) > 1


def _near(accounts: list[Account]) -> Iterator[tuple[str, tuple[str, str], int]]:
    """Full names of as many words that share a word and are spelt nearly alike."""
    by_word: dict[tuple[str, int], list[Account]] = defaultdict(list)
    for account in accounts:
        if len(account.words) > 1:
            for word in set(account.words):
                if len(word) > 2:
                    by_word[word, len(account.words)].append(account)
    seen = set()
    for some in by_word.values():
        if len(some) > COMMON:
            continue
        for first, second in combinations(some, 2):
            pair = tuple(sorted((first.member_id, second.member_id)))
            if first.platform == second.platform or first.words == second.words or pair in seen:
                continue
            seen.add(pair)
            rest = [sorted(set(one.words) - set(other.words)) for one, other in ((first, second), (second, first))]
            if SequenceMatcher(None, *(" ".join(part) for part in rest), autojunk=False).ratio() >= ALIKE:
                yield NEAR, pair, 1


# The sheet


def write(folder: str | Path, file: Path, *, language: str) -> tuple[int, int]:
    """Write the candidates as a sheet with an empty column `accept`; how many are new, and how many rows of the sheet
    that was there are kept because they have an answer."""
    if file.suffix.lower() not in (".csv", ".txt"):
        raise SettingsError(f"{file}: the candidates are written as CSV. Give a name that ends in .csv.")
    headers = {name: str(say(f"identities.{name}", language)) for name in _COLUMNS}
    kept = _kept(file) if file.exists() else []
    before = {frozenset((row["person"], row["account"])) for row in kept}
    further = dict.fromkeys(header for row in kept for header in row if header not in headers)
    rows = [*kept]
    for one in suggest(folder):
        if frozenset((one.person, one.account)) not in before:
            reasons = [say(f"identities.{reason}", language) for reason in one.reasons]
            if one.among > 1:
                reasons.append(say("identities.shared", language, number=one.among))
            row = {"person": one.person, "account": one.account, "reasons": "; ".join(reasons)}
            rows.append(row | {"person_name": one.person_name, "account_name": one.account_name})
    aside = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8-sig", newline="") as stream:
            sheet = csv.writer(stream, delimiter=";" if language == "fr" else ",")
            sheet.writerow([*headers.values(), *map(neutral, further)])
            sheet.writerows([neutral(row.get(name, "")) for name in (*headers, *further)] for row in rows)
        os.replace(aside, file)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}. Give another name.") from None
    return len(rows) - len(kept), len(kept)


def _kept(file: Path) -> list[dict[str, str]]:
    """The rows of a sheet that have an answer, by our column or by a header of the user's own."""
    headers, lines = answered(file)
    ours = {str(say(f"identities.{name}", language)): name for name in _COLUMNS for language in LANGUAGES}
    names = [ours.get(header, header) for header in headers]
    three = ("accept", "person", "account")
    return [
        {name: cell for name, cell in zip(names, line.cells, strict=True) if name not in three}
        | {name: getattr(line, name) for name in three}
        for line in lines
    ]


_COLUMNS = ("accept", "person", "account", "person_name", "account_name", "reasons")


# Who is joined


@dataclass(frozen=True)
class Joined:
    """What the maps say. `unknown` are accounts that no export has; `disputed` those of which maps differ, with the
    persons named, the one that counts first; `apart` those joined to an account that is itself joined elsewhere."""

    maps: int
    people: int
    accounts: int
    platforms: dict[tuple[str, ...], int]
    unknown: tuple[str, ...]
    disputed: dict[str, tuple[str, ...]]
    apart: dict[str, str]


def joined(folder: str | Path) -> Joined:
    """Who is joined by the identity maps that were imported."""
    with open_community(folder) as community:
        month = community.last_day or "2000-01"
        people = community.run(
            """
            SELECT person_id, member_id, platform FROM accounts
            WHERE person_id IN (SELECT person_id FROM accounts GROUP BY person_id HAVING count(*) > 1)
            ORDER BY person_id, platform, member_id
            """,
            month=month,
        )
        unknown = community.run(
            """
            SELECT m.member_id FROM members AS m
            LEFT JOIN accounts AS a ON a.member_id = m.member_id
            WHERE a.member_id IS NULL ORDER BY m.member_id
            """,
            month=month,
        )
        apart = community.run(
            """
            SELECT a.member_id, a.person_id FROM accounts AS a
            JOIN accounts AS p ON p.member_id = a.person_id
            WHERE p.person_id <> a.person_id ORDER BY a.member_id
            """,
            month=month,
        )
    with store.connect(store.snapshot(folder)) as connection:
        ((maps,),) = connection.execute("SELECT count(*) FROM imports WHERE source = 'identities'").fetchall()
        said = connection.execute(
            "SELECT member_id, person_id FROM members WHERE person_id IS NOT NULL "
            "ORDER BY member_id, observed_at DESC, import_id DESC"
        ).fetchall()
    persons: dict[str, dict[str, None]] = defaultdict(dict)
    for member_id, person_id in said:
        persons[member_id][person_id] = None
    together = Counter(tuple(sorted(set(group))) for _, group in people.groupby("person_id")["platform"])
    return Joined(
        maps=maps,
        people=int(people["person_id"].nunique()),
        accounts=len(people),
        platforms=dict(sorted(together.items(), key=lambda item: (-item[1], item[0]))),
        unknown=tuple(unknown["member_id"]),
        disputed={one: tuple(named) for one, named in persons.items() if len(named) > 1},
        apart=dict(apart.itertuples(index=False, name=None)),
    )
