"""The identity map: a table that says which accounts are one person; also a sheet of candidates with answers."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.table_file import Opened, as_text, glance, is_workbook, open_table
from workbench.sources.table_time import Order, instants

HEADERS = {
    "person": ("person", "person id", "personne", "id personne"),
    "account": ("account", "account id", "member id", "member", "compte", "id compte", "membre"),
    "accept": ("accept", "accepted", "accepter", "accepte"),
    "decided_on": ("decided on", "decided", "decide le"),
}
YES = frozenset({"yes", "y", "oui", "o", "true", "vrai", "x", "1"})
NO = frozenset({"no", "n", "non", "false", "faux", "0"})
_ACCOUNT = re.compile(r"[\w-]+:.*\S", re.DOTALL)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_LOOKED_AT = 20


@dataclass(frozen=True)
class Line:
    """A row of a map or of a sheet of candidates. `accept` is yes, no, or "" where nobody has answered."""

    place: str
    person: str
    account: str
    accept: str
    decided_on: object
    cells: tuple[str, ...]
    """The row as it stands, read back from a spreadsheet."""


def is_account(text: str) -> bool:
    """Whether a text has the form of an account's id.

    >>> is_account("slack:U1"), is_account("Ana")
    (True, False)
    """
    return bool(_ACCOUNT.fullmatch(text))


def neutral(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: an apostrophe before what could be one.

    >>> neutral("=HYPERLINK(1)"), neutral("Ana"), plain(neutral("'tis"))
    ("'=HYPERLINK(1)", 'Ana', "'tis")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain(cell: str) -> str:
    """What was written before `neutral`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def recognises(path: Path) -> bool:
    """Whether `path` is a table with a column of persons and one of accounts such as slack:U1, and no mapping of its
    own beside it."""
    if not path.is_file() or any(path.with_name(f"{name}.mapping.toml").is_file() for name in (path.name, path.stem)):
        return False
    try:
        opened = open_table(path) if is_workbook(path) else glance(path)
    except (SourceError, OSError):
        return False
    if opened is None:
        return False
    columns = _columns(opened)
    if not {"person", "account"} <= columns.keys():
        return False
    cells = [row[columns["account"]] for _, row in islice(opened.rows(), _LOOKED_AT) if _fits(row, opened)]
    accounts = [text for cell in cells if (text := _text(cell))]
    return all(is_account(text) for text in accounts) and (bool(accounts) or "accept" in columns)


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """The person of every account that the map names.

    Rows that share an account are one person. With a column `accept`, only rows answered yes count. A person is known
    by the word in the column `person`, or by an account written there. Where two maps differ about an account, the
    later one counts: `decided_on` dates a row, else the file's last change does. To take a person apart again, give
    the account itself as its person.
    """
    opened = open_table(path)
    reading.time_zone = [{"how": "no_times"}]
    reading.notes.append(opened.evidence)
    columns = _columns(opened)
    unread = [header for at, header in enumerate(opened.headers) if at not in columns.values()]
    if unread and "accept" not in columns:
        reading.notes.append(f"columns not read: {', '.join(unread)}")
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC).replace(tzinfo=None)
    dated = _dates(opened, columns)
    rows = []
    for line in _lines(opened, columns):
        reading.read["row"] += 1
        if isinstance(line, Problem):
            yield problem(path.name, line.place, line.why)
        elif "accept" in columns and line.accept != "yes":
            reading.dropped["candidate answered no" if line.accept else "candidate without an answer"] += 1
        else:
            try:
                rows.append((line, dated(line.decided_on) or changed))
            except ValueError as error:
                yield problem(path.name, line.place, f"decided_on: {error}")
    joined = _Joined()
    for line, at in rows:
        if why := joined.add(line, at):
            yield problem(path.name, line.place, why)
    if not rows:
        reading.notes.append('no row says yes in the column "accept" yet: nobody is joined')
    elif "decided_on" not in columns:
        reading.notes.append(
            f"dated {changed:%Y-%m-%d %H:%M} UTC, the file's last change: of two maps the later counts"
        )
    for account, person, at in joined.rows():
        platform = account.partition(":")[0]
        yield "members", {"member_id": account, "platform": platform, "person_id": person, "observed_at": at}


def answered(path: Path) -> tuple[tuple[str, ...], list[Line]]:
    """The headers of a sheet of candidates and the rows that somebody has answered."""
    try:
        opened = open_table(path)
    except SourceError as error:
        raise SourceError(f"{path} is there, and is no sheet of candidates: {error} Give another name.") from None
    columns = _columns(opened)
    if not {"person", "account", "accept"} <= columns.keys():
        raise SourceError(
            f"{path} is there, and is no sheet of candidates: it has no columns accept, person and account. "
            "Give another name, so that it is not overwritten."
        )
    lines = list(_lines(opened, columns))
    for line in lines:
        if isinstance(line, Problem):
            raise SourceError(f"{path.name}, {line.place}: {line.why} Correct it, then try again: nothing was written.")
    return opened.headers, [line for line in lines if line.accept]


@dataclass(frozen=True)
class Problem:
    place: str
    why: str


def _columns(opened: Opened) -> dict[str, int]:
    """Which column of the table is what."""
    names = [_folded(header) for header in opened.headers]
    return {
        what: names.index(found)
        for what, known in HEADERS.items()
        if (found := next((name for name in known if name in names), None))
    }


def _folded(header: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", header) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split()).casefold()


def _fits(cells, opened: Opened) -> bool:
    return isinstance(cells, list) and len(cells) == len(opened.headers)


def _text(cell) -> str:
    return plain(as_text(cell).strip())


def _lines(opened: Opened, columns: dict[str, int]) -> Iterator[Line | Problem]:
    for number, cells in opened.rows():
        place = opened.place(number)
        if isinstance(cells, str):
            yield Problem(place, cells)
            continue
        if not _fits(cells, opened):
            yield Problem(place, f"{len(cells)} cells under {len(opened.headers)} headers.")
            continue
        given = {what: _text(cells[at]) for what, at in columns.items()}
        answer = given.get("accept", "").casefold().rstrip(".!")
        if answer and answer not in YES | NO:
            yield Problem(place, f'accept = "{given["accept"][:40]}" is no answer. Write yes, no, or nothing.')
        elif not given["person"]:
            yield Problem(place, "The person is missing.")
        elif not is_account(given["account"]):
            yield Problem(
                place,
                f'"{given["account"][:40]}" is no account. Write <platform>:<id>, as `workbench check --members` lists '
                "it.",
            )
        else:
            accept = "yes" if answer in YES else "no" if answer else ""
            decided = cells[columns["decided_on"]] if "decided_on" in columns else None
            texts = tuple(plain(as_text(cell)) for cell in cells)
            yield Line(place, given["person"], given["account"], accept, decided, texts)


def _dates(opened: Opened, columns: dict[str, int]):
    """How a cell of `decided_on` becomes an instant."""
    if "decided_on" not in columns:
        return lambda cell: None
    return instants(zone="UTC", order=Order(None))


class _Joined:
    """Accounts put together row by row: a row joins its account with its person."""

    def __init__(self):
        self.above: dict[str, str] = {}
        self.word: dict[str, str] = {}
        """The word for the person that a set of accounts was given, by its top."""
        self.given: dict[str, None] = {}
        self.under: set[str] = set()
        """Accounts that are somebody else's further account."""
        self.at: dict[str, datetime] = {}

    def top(self, account: str) -> str:
        while account in self.above:
            above = self.above[account]
            self.above[account] = account = self.above.get(above, above)
        return account

    def add(self, line: Line, at: datetime) -> str:
        """Take a row; why not, if not."""
        account, person = self.top(line.account), line.person
        if is_account(person):
            other = self.top(person)
            words = {self.word[top] for top in (account, other) if top in self.word}
        else:
            other, words = account, {person, *({self.word[account]} if account in self.word else ())}
        if len(words) > 1:
            first, second = sorted(words)
            return f'{line.account} would be two persons, "{first}" and "{second}". Keep one of the rows.'
        if other != account:
            self.above[account] = other
        if words:
            self.word[other] = words.pop()
        self.given[line.account] = None
        self.at[line.account] = max(at, self.at.get(line.account, at))
        if is_account(person) and person != line.account:
            self.under.add(line.account)
            self.at[person] = max(at, self.at.get(person, at))
        return ""

    def rows(self) -> Iterator[tuple[str, str, datetime]]:
        """Every account with its person. An account that is only named as a person is itself, and needs no row,
        unless it is somebody else's further account."""
        sets: dict[str, list[str]] = defaultdict(list)
        for account in self.at:
            sets[self.top(account)].append(account)
        for top, accounts in sets.items():
            first = min((one for one in accounts if one not in self.under), default=min(accounts))
            person = self.word.get(top, first)
            for account in sorted(accounts):
                if account != person or account in self.given:
                    yield account, person, self.at[account]


SOURCE = Source("identities", "Identity map: which accounts are one person (CSV or Excel table)", recognises, read)
