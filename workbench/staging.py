"""The rows of one import while it is read: checked, typed and kept once each, in a database of their own."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import msgspec

from workbench.errors import did_you_mean
from workbench.sources import problem
from workbench.tables import INSTANT, MONEY, NUMBER, PAIRS, TABLES, TEXT, TEXTS, WHOLE, YES_NO, Table, made_key

if TYPE_CHECKING:
    import duckdb

BATCH_BYTES = 16_000_000
LARGEST_ROW = 16_000_000
"""Bytes; DuckDB reads no larger line of JSON without more memory."""
_TYPES = {
    TEXT: str,
    INSTANT: Annotated[datetime, msgspec.Meta(tz=False)],
    WHOLE: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    NUMBER: float,
    YES_NO: bool,
    MONEY: Decimal,
    TEXTS: list[str],
    PAIRS: dict[str, str],
}
_KEY = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_encode = msgspec.json.Encoder().encode

# What dates an import that declares no coverage: instants at which something happened, not those of a plan.
_HAPPENED = {
    "events": "occurred_at", "messages": "occurred_at", "feedback": "given_at", "payments": "paid_at",
    "moderation": "acted_at", "visits": "visited_at", "log": "noted_at", "social_posts": "posted_at",
    "members": "joined_at", "memberships": "start_at", "groups": "created_at", "resources": "created_at",
}  # fmt: skip


@dataclass
class _Lines:
    """Rows of a table that wait to be loaded, as lines of JSON."""

    file: BinaryIO
    size: int = 0


@dataclass
class Staging:
    """Open while one import is read: `put` takes its rows, `settle` makes of them one row a key."""

    folder: Path
    file_name: str
    connection: "duckdb.DuckDBPyConnection" = field(init=False, repr=False)
    put_rows: Counter = field(default_factory=Counter)
    """Accepted rows by table, repeated ones included."""
    import_id: str = ""
    observed_at: datetime = datetime(1970, 1, 1)
    """When what the import tells was true, unless a row has its own: the last covered instant; without coverage, the
    last instant at which something happened; 1970 where nothing is dated, so that what is dated wins."""
    _lines: "dict[str, _Lines]" = field(default_factory=dict, repr=False)

    def __post_init__(self):
        import duckdb

        spill = {"temp_directory": str(self.folder / "spill"), "memory_limit": "500MB"}
        self.connection = duckdb.connect(config=spill)
        self.connection.execute("SET enable_progress_bar = false")

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_) -> None:
        for lines in self._lines.values():
            lines.file.close()
        self.connection.close()

    def put(self, name: str, row: dict) -> None:
        """Take a row. What does not fit the canonical table becomes a row of `problems`."""
        try:
            line = _line(name, row)
        except _Misfit as misfit:
            name, row = problem(self.file_name, _place(name, row, self.put_rows[name]), str(misfit))
            line = _line(name, row)
        lines = self._lines.get(name)
        if lines is None:
            lines = self._lines[name] = _Lines((self.folder / f"{name}.jsonl").open("w+b"))
            self._create(name, TABLES[name])
        lines.file.write(line)
        lines.size += len(line)
        self.put_rows[name] += 1
        if lines.size >= BATCH_BYTES:
            self._load(name)

    def settle(self, import_id: str) -> None:
        """Once all rows are put: date them, make missing keys, keep one row a key."""
        self.import_id = import_id
        for name in self._lines:
            self._load(name)
        self.observed_at = self._last_instant()
        for name, table in TABLES.items():
            if name not in self._lines:
                self._create(f"{name}_once", table)
                continue
            given = {
                "import_id": "$import_id",
                "observed_at": "coalesce(observed_at, $observed_at)",
                **({made_key(table): _made(table)} if made_key(table) else {}),
                **{key: f"coalesce(\"{key}\", '')" for key in _may_be_empty(table)},
            }
            rows = f'SELECT rowid AS _met, * REPLACE ({_as(given)}) FROM "{name}"'
            values = {"import_id": import_id, "observed_at": self.observed_at}
            self.connection.execute(f'CREATE TABLE "{name}_once" AS {_once(table, rows)}', values)
            self.connection.execute(f'DROP TABLE "{name}"')

    def once(self, name: str) -> str:
        """The settled table's name in SQL."""
        return f'"{name}_once"'

    def put_import(self, row: dict) -> None:
        """The row of `imports`, known when all others are settled."""
        row = {**row, "import_id": self.import_id, "observed_at": self.observed_at}
        columns = ", ".join(f"CAST(${c.name} AS {c.type})" for c in TABLES["imports"].columns)
        self.connection.execute(f"INSERT INTO imports_once SELECT {columns}", row)
        self.put_rows["imports"] = 1

    def covered(self) -> tuple[datetime, datetime] | None:
        """First and last instant that the import says it covers."""
        asked = "SELECT min(from_at), max(to_at) FROM coverage_once"
        ((first, last),) = self.connection.execute(asked).fetchall()
        return (first, last) if first else None

    def problems(self) -> dict[str, tuple[int, tuple[str, ...]]]:
        """The reasons for which records could not be read, most frequent first: how many, and the first places."""
        places = "file || CASE WHEN place = '' THEN '' ELSE ': ' || place END"
        found = self.connection.execute(
            f"SELECT why, count(*), arg_min({places}, rowid, 3) FROM problems_once GROUP BY why ORDER BY 2 DESC, 1"
        ).fetchall()
        return {why: (number, tuple(first)) for why, number, first in found}

    def platform(self) -> str | None:
        """The platform that most rows name."""
        named = [name for name, table in TABLES.items() if any(c.name == "platform" for c in table.columns)]
        rows = " UNION ALL ".join(f"SELECT platform FROM {self.once(name)}" for name in named)
        found = self.connection.execute(
            f"SELECT platform FROM ({rows}) WHERE platform IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
        ).fetchall()
        return found[0][0] if found else None

    def _create(self, name: str, table: Table) -> None:
        columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
        self.connection.execute(f'CREATE TABLE "{name}" ({columns})')

    def _load(self, name: str) -> None:
        lines = self._lines[name]
        lines.file.flush()
        if lines.size:
            columns = ", ".join(f"\"{c.name}\": '{c.type}'" for c in TABLES[name].columns)
            self.connection.execute(
                f"INSERT INTO \"{name}\" SELECT * FROM read_json($file, format = 'newline_delimited', "
                f"columns = {{{columns}}}, auto_detect = false, hive_partitioning = false)",
                {"file": str(self.folder / f"{name}.jsonl")},
            )
        lines.file.seek(0)
        lines.file.truncate()
        lines.size = 0

    def _last_instant(self) -> datetime:
        asked = {"coverage": "to_at"} if "coverage" in self._lines else _HAPPENED
        found = [
            self.connection.execute(f'SELECT max({column}) FROM "{name}"').fetchall()[0][0]
            for name, column in asked.items()
            if name in self._lines
        ]
        return max((instant for instant in found if instant), default=self.observed_at)


class _Misfit(Exception):
    """Why a row does not fit its table."""


def _line(name: str, row: dict) -> bytes:
    """The row as a line of JSON, if it fits."""
    if name not in TABLES or name == "imports":
        raise _Misfit(f'"{name}" is not a table that can be imported')
    shape = _shape(name)
    try:
        fitted = msgspec.convert(row, shape)
    except msgspec.ValidationError:
        try:
            fitted = msgspec.convert({key: _to_utc(value) for key, value in row.items()}, shape)
        except msgspec.ValidationError as error:
            raise _Misfit(_explain(TABLES[name], row, str(error))) from None
    if name == "payments" and not (fitted.amount.is_finite() and abs(fitted.amount) < 10**14):
        raise _Misfit("payments.amount is not an amount of money")
    try:
        line = _encode(fitted) + b"\n"
    except UnicodeEncodeError:
        line = _encode(_whole(msgspec.to_builtins(fitted, builtin_types=(datetime, Decimal)))) + b"\n"
    if len(line) > LARGEST_ROW:
        raise _Misfit(f"the row is larger than {LARGEST_ROW // 1_000_000} MB")
    return line


@cache
def _shape(name: str) -> type[msgspec.Struct]:
    """What a row of a table may hold."""
    fields = []
    table = TABLES[name]
    for column in table.columns:
        if column.name == "import_id":
            continue
        kind = Literal[column.allowed] if column.allowed else _TYPES[column.type]
        if column.name in table.key and column.required and column.name != made_key(table):
            kind = _KEY if column.type == TEXT else kind
        required = column.required and column.name != made_key(table)
        fields.append((column.name, kind) if required else (column.name, kind | None, None))
    return msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False)


def _explain(table: Table, row: dict, complaint: str) -> str:
    """msgspec's complaint in our words."""
    what, _, column = complaint.partition(" - at `$.")
    column = re.split(r"[`\[]", column)[0]
    named = re.search(r"field `(.*)`", what)
    if named and "unknown" in what:
        known = [c.name for c in table.columns if c.name != "import_id"]
        near = did_you_mean(named[1], known).partition(" Allowed:")[0]
        return f'"{named[1]}" is not a column of {table.name}.' + (f" {near}" if near.startswith("Did") else "")
    if named or "got `null`" in what:
        return f"{table.name}.{named[1] if named else column} is missing"
    given = str(row.get(column))[:40]
    if "Invalid enum value" in what:
        allowed = next(c.allowed for c in table.columns if c.name == column)
        return f'{table.name}.{column} = "{given}" is not allowed. {did_you_mean(given, allowed)}'
    if "length" in what:
        return f"{table.name}.{column} is empty or longer than a key may be"
    kind = next((c.type for c in table.columns if c.name == column), "")
    return f'{table.name}.{column} = "{given}" is not a value of type {kind}'


def _place(name: str, row: dict, number: int) -> str:
    """Where a refused row stands: its key, or how many rows of the table came before."""
    keys = TABLES[name].key if name in TABLES else ()
    known = [str(row[key])[:200] for key in keys if isinstance(row.get(key), str) and row[key]]
    return " ".join(known) if known else f"row {number + 1} of {name}"


def _to_utc(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _whole(value: object) -> object:
    """Text with broken halves of characters (lone surrogates) replaced, in lists and maps too."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def _may_be_empty(table: Table) -> list[str]:
    return [c.name for c in table.columns if c.name in table.key and not c.required and c.name != "import_id"]


def content_columns(table: Table) -> list[str]:
    """The columns that tell about the world, not about the import that brought the row."""
    return [c.name for c in table.columns if c.name not in ("import_id", "observed_at")]


def _made(table: Table) -> str:
    """A key made from content: the same row has the same key in every import; the second of two equal rows of one
    import has another. Columns without value take no part, so that a column added later changes no key. A problem
    belongs to its import."""
    key = made_key(table)
    columns = [name for name in sorted(content_columns(table)) if name != key]
    parts = [f"'{name}=' || length(\"{name}\"::VARCHAR) || ':' || \"{name}\"::VARCHAR" for name in columns]
    if table.name == "problems":
        parts.append("$import_id")
    digest = f"md5(concat_ws(' ', {', '.join(parts)}))"
    number = f'row_number() OVER (PARTITION BY "{key}" IS NULL, {digest} ORDER BY rowid)'
    return f"coalesce(\"{key}\", {digest} || CASE {number} WHEN 1 THEN '' ELSE '-' || {number} END)"


def _once(table: Table, rows: str) -> str:
    """One row a key: the latest observed, of equals the last met; of a versioned table, each column's latest value."""
    key = ", ".join(f'"{name}"' for name in table.key)
    if not table.versioned:
        return (
            f"SELECT * EXCLUDE (_met) FROM ({rows}) QUALIFY "
            f"row_number() OVER (PARTITION BY {key} ORDER BY observed_at DESC, _met DESC) = 1"
        )
    latest = ", ".join(
        f'"{c.name}"'
        if c.name in table.key
        else f'arg_max("{c.name}", struct_pack(at := observed_at, met := _met)) AS "{c.name}"'
        for c in table.columns
    )
    return f"SELECT {latest} FROM ({rows}) GROUP BY {key}"


def _as(expressions: dict[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in expressions.items())
