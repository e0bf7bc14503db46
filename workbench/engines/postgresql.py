"""PostgreSQL: canonical tables in a schema of a database, what a question makes on the way in temporary tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlglot import exp

from workbench.engines import Stored, without_password
from workbench.engines.transpiled import Transpiled
from workbench.errors import SettingsError, StoreError
from workbench.period import Month
from workbench.tables import PAIRS, TABLES, TEXT, TEXTS

if TYPE_CHECKING:
    import psycopg

SCHEMA = "workbench"
"""Where the canonical tables lie unless the URL says `?schema=…`."""

# PostgreSQL's names of types → DuckDB's.
_TYPES = {
    "int2": "SMALLINT", "int4": "INTEGER", "int8": "BIGINT", "float4": "DOUBLE", "float8": "DOUBLE",
    "numeric": "DECIMAL", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "interval": "INTERVAL",
    "_text": TEXTS, "jsonb": PAIRS,
}  # fmt: skip
_ORDERED_BY_CODE_POINT = 'text COLLATE "C"'
_COLUMN_TYPES = {TEXT: _ORDERED_BY_CODE_POINT, TEXTS: "text[]", PAIRS: "jsonb", "DOUBLE": "double precision"}


def connect(url: str) -> "PostgreSQL":
    """A connection by a URL as PostgreSQL's own tools take it; `?schema=` says where the canonical tables lie."""
    connection, schema = opened(url)
    return PostgreSQL(connection, schema, url)


def opened(url: str) -> "tuple[psycopg.Connection, str]":
    """The connection of a URL, and the name of the schema."""
    import psycopg

    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    schema = options.pop("schema", SCHEMA)
    try:
        connection = psycopg.connect(parts._replace(query=urlencode(options)).geturl(), autocommit=True)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise SettingsError(
            f"{without_password(url)} cannot be reached: {str(error).strip()}. "
            "Check host, port, database and user; a password may stand in PGPASSWORD or ~/.pgpass."
        ) from None
    connection.execute("SET TIME ZONE 'UTC'")
    return connection, schema


@contextmanager
def permitted(url: str) -> Iterator[None]:
    """Where the database refuses something, say what the user of the URL has to be allowed."""
    import psycopg

    try:
        yield
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise SettingsError(
            f"{without_password(url)}: {error.diag.message_primary}. Who asks questions must be allowed to read the "
            "tables (USAGE of the schema, SELECT) and to make temporary ones (TEMPORARY); who exports, to create the "
            "schema, or tables in one that is there and theirs."
        ) from None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def column_type(kind: str) -> str:
    """PostgreSQL's type for a column of a canonical table. Text is ordered as DuckDB orders it."""
    return _COLUMN_TYPES.get(kind, kind)


class PostgreSQL(Transpiled):
    """See `workbench.engines.Engine`."""

    dialect = "postgres"

    def __init__(self, connection: "psycopg.Connection", schema: str, url: str) -> None:
        super().__init__()
        self._connection, self._schema, self._url = connection, schema, url

    def stored(self) -> Stored:
        found = self._connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s", [self._schema]
        ).fetchall()
        there = {name for name, _ in found}
        if missing := [name for name in TABLES if name not in there]:
            raise StoreError(
                f'{without_password(self._url)} has no table {", ".join(missing)} in the schema "{self._schema}". '
                "Put the canonical tables there: workbench export --community DIR --to postgres URL"
            )
        wanted = [(name, column.name) for name, table in TABLES.items() for column in table.columns]
        if lacking := [".".join(one) for one in wanted if one not in found]:
            raise StoreError(
                f'{without_password(self._url)} lacks columns in the schema "{self._schema}": {", ".join(lacking)}. '
                "Bring the tables up to date: workbench export --community DIR --to postgres URL"
            )
        for name, table in TABLES.items():
            self._know(name, f"{quoted(self._schema)}.{quoted(name)}", {c.name: c.type for c in table.columns})
        if "exported" not in there:
            return Stored()
        whose = "max(community)" if ("exported", "community") in found else "NULL"
        version, community = self._connection.execute(
            f"SELECT max(version), {whose} FROM {quoted(self._schema)}.exported"
        ).fetchone()
        return Stored(version, community or "")

    def close(self) -> None:
        self._connection.close()

    def _answer(self, sql: str, values: dict) -> tuple[dict[str, str], list[tuple]]:
        import psycopg

        # PostgreSQL's own placeholders: $1, $2
        with permitted(self._url), psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql, list(values.values()))
            return _described(cursor), cursor.fetchall()

    def _keep(self, place: str, sql: str, view: bool) -> dict[str, str]:
        with permitted(self._url):
            self._connection.execute(f"CREATE TEMP {'VIEW' if view else 'TABLE'} {_temporary(place)} AS {sql}")
        if not view:
            self._connection.execute(f"ANALYZE {place}")
        return _described(self._connection.execute(f"SELECT * FROM {place} LIMIT 0"))

    def _put(self, place: str, columns: dict[str, str], rows: list[tuple]) -> None:
        typed = ", ".join(f"{quoted(name)} {column_type(kind)}" for name, kind in columns.items())
        with permitted(self._url):
            self._connection.execute(f"CREATE TEMP TABLE {_temporary(place)} ({typed})")
        copied(self._connection, place, columns, rows)
        self._connection.execute(f"ANALYZE {place}")

    def _place(self, name: str) -> str:
        return f"pg_temp.{super()._place(name)}"

    def _placeholder(self, number: int, name: str) -> exp.Expression:
        return exp.Parameter(this=exp.Literal.number(number))

    def _said(self, node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.DateDiff) and node.unit.name.upper() == "DAY":
            return exp.cast(exp.cast(node.this, "DATE") - exp.cast(node.expression, "DATE"), "BIGINT")
        if isinstance(node, exp.Anonymous) and node.name.lower() == "bit_count":
            bits = exp.cast(node.expressions[0], exp.DataType.build("BIT(64)", dialect="postgres"))
            return exp.Anonymous(this="BIT_COUNT", expressions=[bits])
        if isinstance(node, exp.Split):
            return exp.Anonymous(this="STRING_TO_ARRAY", expressions=[node.this, node.expression])
        if isinstance(node, exp.RegexpLike | exp.Lower | exp.Upper):
            # Columns are ordered by code point; under that order only a to z have an upper case.
            node.set(
                "this",
                exp.Collate(this=exp.Paren(this=node.this), expression=exp.to_identifier("default", quoted=True)),
            )
        return node


class Writer:
    """Canonical tables written into a schema, all in one transaction: in a `with`, which ends it."""

    def __init__(self, url: str) -> None:
        self._connection, self._schema = opened(url)

    def __enter__(self) -> "Writer":
        self._transaction = self._connection.transaction()
        self._transaction.__enter__()
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext($$workbench export$$ || %s))", [self._schema])
        there = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
        if not self._connection.execute(there, [self._schema]).fetchone():  # asking for one that is there needs a right
            self._connection.execute(f"CREATE SCHEMA {quoted(self._schema)}")
        return self

    def __exit__(self, *error) -> None:
        try:
            self._transaction.__exit__(*error)
        finally:
            self._connection.close()

    def make(self, name: str, columns: dict[str, str], *, by_month: str | None = None) -> None:
        """The table, if it is not there; the columns that it lacks."""
        typed = [f"{quoted(column)} {column_type(kind)}" for column, kind in columns.items()]
        partition = f" PARTITION BY RANGE ({quoted(by_month)})" if by_month else ""
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {self._table(name)} ({', '.join(typed)}){partition}")
        for column in typed:
            self._connection.execute(f"ALTER TABLE {self._table(name)} ADD COLUMN IF NOT EXISTS {column}")

    def rows_of(self, name: str, columns: dict[str, str]) -> list[tuple]:
        """All rows of a small table, made if it is not there; refuses a schema that somebody else fills."""
        found = self._connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [self._schema]
        ).fetchall()
        there = {one for (one,) in found}
        if name not in there and (taken := sorted(there & TABLES.keys())):
            raise SettingsError(
                f'the schema "{self._schema}" has tables that no export wrote: {", ".join(taken)}. '
                "Choose another one: add ?schema=NAME to the URL."
            )
        self.make(name, columns)
        listed = ", ".join(map(quoted, columns))
        return self._connection.execute(f"SELECT {listed} FROM {self._table(name)}").fetchall()

    def replace(self, name: str, columns: dict[str, str], rows, *, month: str = "") -> None:
        """Put rows in the place of all that a table, or a month of it, holds."""
        place = self._table(name)
        if month:
            first = Month.parse(month)
            place = self._table(f"{name}_{month.replace('-', '_')}")
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS {place} PARTITION OF {self._table(name)} "
                f"FOR VALUES FROM ('{first.start}') TO ('{first.end}')"
            )
        self._connection.execute(f"DELETE FROM {place}")
        copied(self._connection, place, columns, rows)
        self._connection.execute(f"ANALYZE {place}")

    def _table(self, name: str) -> str:
        return f"{quoted(self._schema)}.{quoted(name)}"


def copied(connection: "psycopg.Connection", place: str, columns: dict[str, str], rows) -> None:
    """Write rows to a table, fast."""
    from psycopg.types.json import Jsonb

    pairs = [number for number, kind in enumerate(columns.values()) if kind == PAIRS]
    names = ", ".join(quoted(name) for name in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {place} ({names}) FROM STDIN") as copy:
        for row in rows:
            cells = [_without_nul(cell) for cell in row]
            for number in pairs:
                cells[number] = None if cells[number] is None else Jsonb(cells[number])
            copy.write_row(cells)


def _without_nul(cell):
    """PostgreSQL's text holds every character but one."""
    if isinstance(cell, str):
        return cell.replace("\0", "\ufffd")
    if isinstance(cell, list):
        return [_without_nul(one) for one in cell]
    if isinstance(cell, dict):
        return {_without_nul(key): _without_nul(one) for key, one in cell.items()}
    return cell


def _temporary(place: str) -> str:
    return place.removeprefix("pg_temp.")


def _described(cursor) -> dict[str, str]:
    return {column.name: _TYPES.get(_type_name(column.type_code), TEXT) for column in cursor.description}


@cache
def _type_name(oid: int) -> str:
    from psycopg import adapters

    known = adapters.types.get(oid)
    if known is None:
        return ""
    return known.name if known.oid == oid else f"_{known.name}"
