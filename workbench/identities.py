"""Who may be the same person on several platforms: candidates for a human to accept, and who is joined already."""

import csv
import os
import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
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
    bare = name.casefold()
    if not bare.isascii():
        bare = "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))
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
    return _candidates(lambda: (_account(*row) for row in rows.itertuples(index=False)))


def candidates(accounts: Iterable[Account]) -> list[Candidate]:
    """The candidates among some accounts; see `suggest`."""
    accounts = list({account.member_id: account for account in accounts}.values())
    return _candidates(lambda: accounts)


def _candidates(read: Callable[[], Iterable[Account]]) -> list[Candidate]:
    """The candidates among the accounts that `read` gives, each time in the same order.

    The first pass keeps a number a reason of each account, the second one only the accounts that share a reason with
    one of another platform: so time and memory grow little faster than the accounts.
    """
    size: Counter[str] = Counter()
    joined: dict[str, list[str]] = defaultdict(list)
    equal, near = _Blocks(), _Blocks()
    for account in read():
        size[account.platform] += 1
        if account.person_id != account.member_id:
            joined[account.person_id].append(account.member_id)
        equal.add(account.platform, _keys(account))
        near.add(account.platform, _near_keys(account))
    blocks = [(_keys, *block) for block in equal.shared(of_one_platform=SHARED)]
    blocks += [(_near_keys, *block) for block in near.shared(of_all=COMMON)]
    wanted = {number for *_, numbers in blocks for number in numbers}
    of_joined = {*joined, *(member_id for members in joined.values() for member_id in members)}
    known: dict[str, Account] = {}
    by_number: dict[int, Account] = {}
    words: set[str] = set()
    for number, account in enumerate(read()):
        if len(account.words) > 1:
            words.update(account.words)
        if number in wanted or account.member_id in of_joined:
            known[account.member_id] = by_number[number] = account

    def accounts_of(person: str) -> list[str]:
        return sorted({*joined.get(person, ()), *([person] if person in known or person not in joined else [])})

    def place(account: Account) -> tuple:
        """The person is who has more accounts, or is at home on the larger platform."""
        return -len(accounts_of(account.person_id)), -size[account.platform], account.person_id

    reasons: dict[tuple[str, str], set[str]] = defaultdict(set)
    among: dict[tuple[str, str], int] = defaultdict(lambda: 1)
    for keys_of, mark, numbers in blocks:
        for reason, pair, shared in _pairs(keys_of, mark, [by_number[number] for number in numbers], words):
            first, second = (known[one] for one in pair)
            if first.platform != second.platform and first.person_id != second.person_id:
                reasons[pair].add(reason)
                among[pair] = max(among[pair], shared)
    found: dict[tuple[str, str], Candidate] = {}
    for pair, why in reasons.items():
        first, second = sorted((known[one] for one in pair), key=place)
        # The account that the person's others point to takes them along; where the person is a word, each is named.
        moved = [second.person_id] if second.person_id in known else accounts_of(second.person_id)
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


class _Blocks:
    """Which accounts share a key, as numbers: 20 bytes a key."""

    def __init__(self):
        self._marks, self._numbers, self._platforms = array("q"), array("q"), array("i")
        self._codes: dict[str, int] = {}
        self._count = 0

    def add(self, platform: str, keys: Iterable[tuple]) -> None:
        """Take the next account with its keys."""
        code = self._codes.setdefault(platform, len(self._codes))
        for key in set(keys):
            self._marks.append(hash(key))
            self._numbers.append(self._count)
            self._platforms.append(code)
        self._count += 1

    def shared(self, *, of_one_platform: int = 0, of_all: int = 0) -> Iterator[tuple[int, list[int]]]:
        """Each mark that accounts of several platforms share, and no more than so many, with their numbers."""
        import numpy as np

        if not self._marks:
            return
        marks, numbers = np.frombuffer(self._marks, "q"), np.frombuffer(self._numbers, "q")
        platforms = np.frombuffer(self._platforms, "i")
        order = np.lexsort((numbers, platforms, marks))
        marks, numbers, platforms = marks[order], numbers[order], platforms[order]
        runs = np.flatnonzero(np.r_[True, (marks[1:] != marks[:-1]) | (platforms[1:] != platforms[:-1])])
        lengths = np.diff(np.r_[runs, len(marks)])
        groups = np.flatnonzero(np.r_[True, marks[runs][1:] != marks[runs][:-1]])
        several = np.diff(np.r_[groups, len(runs)]) > 1
        several &= np.add.reduceat(lengths, groups) <= of_all if of_all else True
        several &= np.maximum.reduceat(lengths, groups) <= of_one_platform if of_one_platform else True
        starts, ends = runs[groups], np.r_[runs[groups][1:], len(marks)]
        for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
            yield int(marks[start]), numbers[start:end].tolist()


def _keys(account: Account) -> Iterator[tuple]:
    """What makes an account equal to another, each with its reason."""
    if account.email:
        yield EMAIL, account.email
    if _is_full(account.words):
        yield NAME, *account.words
    for handle in account.handles:
        yield HANDLE, handle
    for first, last in _first_and_last(account.words):
        yield SHORT, first, last[0]
    for first, initial in _with_initial(account.words):
        yield SHORT, first, initial


def _near_keys(account: Account) -> Iterator[tuple]:
    """The words that an account may share with one spelt nearly alike, of as many words."""
    if len(account.words) > 1:
        for word in account.words:
            if len(word) > 2:
                yield NEAR, word, len(account.words)


def _pairs(
    keys_of: Callable[[Account], Iterable[tuple]], mark: int, accounts: list[Account], words: set[str]
) -> Iterator[tuple[str, tuple[str, str], int]]:
    """The pairs of a block, in the order of their ids, with how many accounts of a platform share the reason. `words`
    are those of all names of several words: such a word is no name to log in with."""
    by_key: dict[tuple, dict[str, Account]] = defaultdict(dict)
    for account in accounts:
        for key in keys_of(account):
            if hash(key) == mark:
                by_key[key][account.member_id] = account
    for (reason, *rest), some in by_key.items():
        if reason == NEAR:
            yield from _near(list(some.values()))
        elif reason != HANDLE or rest[0] not in words:
            most = max(Counter(one.platform for one in some.values()).values())
            for first, second in combinations(sorted(some), 2):
                if reason != SHORT or not (_is_full(some[first].words) and _is_full(some[second].words)):
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
    """Among full names of as many words that share one, those that are spelt nearly alike."""
    for first, second in combinations(accounts, 2):
        if first.platform == second.platform or first.words == second.words:
            continue
        one, other = (" ".join(sorted(set(a.words) - set(b.words))) for a, b in ((first, second), (second, first)))
        if _may_be_alike(one, other) and SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE:
            low, high = sorted((first.member_id, second.member_id))
            yield NEAR, (low, high), 1


def _may_be_alike(one: str, other: str) -> bool:
    """Whether the letters that both have suffice: none that only one of them has can match."""
    least = ALIKE * (len(one) + len(other)) / 2
    if min(len(one), len(other)) < least:
        return False
    return min(len(one) - len(set(one) - set(other)), len(other) - len(set(other) - set(one))) >= least


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
