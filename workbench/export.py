"""Puts the canonical tables of a community where another engine reads them: as Parquet, or in PostgreSQL.

Both are laid out by month (UTC), whole or not there at all, and brought up to date by what changed: an export that is
up to date writes nothing. Texts and names of members go along: a copy is personal data like the store itself.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from workbench import settings, store
from workbench.engine import latest
from workbench.engines import without_password
from workbench.errors import SettingsError
from workbench.tables import TABLES, TEXT, Table

LEDGER = "exported"
"""The table that says what was exported: one row a part, with the version of the store and the community it is from."""
_LEDGER_COLUMNS = dict.fromkeys(("table_name", "month", "fingerprint", "version", "community"), TEXT)


@dataclass(frozen=True)
class Exported:
    """What an export did: parts are months of the large tables, and the small tables."""

    version: str
    written: int
    same: int


@dataclass(frozen=True)
class _Part:
    """One table, or one month of it; `month` is empty for a table that is not stored by month."""

    table: Table
    month: str
    files: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Changes with the rows: files of the store never change, and their names never come back."""
        names = [Path(file).name for file in self.files] + [f"{c.name} {c.type}" for c in self.table.columns]
        return sha256("\n".join(names).encode()).hexdigest()[:16]

    @property
    def rows(self) -> str:
        columns = ", ".join(f'"{c.name}"' for c in self.table.columns)
        order = ", ".join(f'"{name}"' for name in (self.table.month_of, *self.table.key) if name)
        return f"SELECT {columns} FROM ({latest(self.table, store.scan(self.table, self.files))}) ORDER BY {order}"


def to_parquet(folder: str | Path, target: str | Path) -> Exported:
    """Write `<target>/<table>/month=2026-03/part-0.parquet`, and `<target>/<table>/part-0.parquet` for small tables.

    The folder takes its place in one move when it is complete; months that did not change are not written again.
    """
    if "://" in str(target):
        raise SettingsError(
            f"{without_password(str(target))} is an address, and Parquet goes into a folder of this machine. Give a "
            "folder and copy it to where it belongs; for a database write --to postgres"
        )
    target = Path(target).absolute()
    aside, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        os.replace(old, target)  # killed between the two moves
    if target.exists() and not (target.is_dir() and (_file(target, LEDGER).is_file() or not any(target.iterdir()))):
        raise SettingsError(f"{target} holds other files. Choose a new or empty folder for the export.")
    for left in (aside, old):
        shutil.rmtree(left, ignore_errors=True)
    now, name = store.snapshot(folder), settings.load(Path(folder) / "community.toml").name
    written = same = 0
    with store.connect(now) as connection:
        ledger = _ledger_in(connection, target) if _file(target, LEDGER).is_file() else []
        known = _known(ledger, name, target, f"Choose another folder; if it was renamed, delete {target}")
        try:
            aside.mkdir(parents=True)
        except OSError as error:
            why = f"{target.parent} cannot be written to: {error.strerror}. Choose another folder."
            raise SettingsError(why) from None
        try:
            for part in _parts(now):
                file = _file(aside, part.table.name, part.month)
                file.parent.mkdir(parents=True)
                there = _file(target, part.table.name, part.month)
                if known.get((part.table.name, part.month)) == part.fingerprint and there.is_file():
                    _link(there, file)
                    same += 1
                else:
                    _copy(connection, part.rows, file)
                    written += 1
            _file(aside, LEDGER).parent.mkdir()
            entries = ", ".join(f"({', '.join(map(_quoted, row))})" for row in _ledger(now, name))
            _copy(
                connection,
                f"SELECT * FROM (VALUES {entries}) AS t ({', '.join(_LEDGER_COLUMNS)})",
                _file(aside, LEDGER),
            )
            if target.exists():
                os.replace(target, old)
            os.replace(aside, target)
        finally:
            for left in (aside, old) if target.exists() else (aside,):
                shutil.rmtree(left, ignore_errors=True)
    return Exported(now.version, written, same)


def to_postgresql(folder: str | Path, url: str) -> Exported:
    """Write the tables into the schema that the URL names (`?schema=`, default "workbench"), large ones by month.

    All in one transaction: readers see the old rows until the new ones are complete.
    """
    from workbench import engines

    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            f'"{without_password(url)}" is no PostgreSQL address. Write postgresql://user@host/database?schema=NAME'
        )
    now, name = store.snapshot(folder), settings.load(Path(folder) / "community.toml").name
    database = engines.module_of(url)
    written = same = 0
    with database.permitted(url), database.Writer(url) as writer, store.connect(now) as connection:
        rows = writer.rows_of(LEDGER, _LEDGER_COLUMNS)
        advice = "Add ?schema=NAME with another name to the URL; if it was renamed, drop the old schema"
        known = _known(rows, name, f"the schema of {without_password(url)}", advice)
        for table in TABLES.values():
            writer.make(table.name, {c.name: c.type for c in table.columns}, by_month=table.month_of)
        for part in _parts(now):
            if known.pop((part.table.name, part.month), None) == part.fingerprint:
                same += 1
                continue
            columns = {c.name: c.type for c in part.table.columns}
            writer.replace(part.table.name, columns, _fetched(connection, part.rows), month=part.month)
            written += 1
        for gone, month in known:  # months that the store no longer has
            writer.replace(gone, {c.name: c.type for c in TABLES[gone].columns}, [], month=month)
        writer.replace(LEDGER, _LEDGER_COLUMNS, _ledger(now, name))
    return Exported(now.version, written, same)


def _parts(now: store.Snapshot) -> Iterator[_Part]:
    for name, table in TABLES.items():
        months = now.months.get(name) or {"": now.files[name]}
        for month in sorted(months):
            yield _Part(table, month, tuple(sorted(months[month])))


def _ledger(now: store.Snapshot, community: str) -> list[tuple]:
    return [(part.table.name, part.month, part.fingerprint, now.version, community) for part in _parts(now)]


def _ledger_in(connection, target: Path) -> list[tuple]:
    """The rows of a folder's ledger; null where an older one lacks a column."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in _LEDGER_COLUMNS.items())
    there = f"SELECT * FROM read_parquet({_quoted(str(_file(target, LEDGER)))})"
    return connection.execute(f"SELECT {columns} WHERE false UNION ALL BY NAME {there}").fetchall()


def _known(ledger: list[tuple], community: str, where: object, advice: str) -> dict[tuple[str, str], str]:
    """The fingerprint of each part that was exported there; refuses what was exported from another community."""
    if others := {name for *_, name in ledger} - {None, community}:
        raise SettingsError(
            f'{where} holds the tables of the community "{min(others)}", and this is "{community}": nothing was '
            f"written. {advice} and export again."
        )
    return {(table, month): fingerprint for table, month, fingerprint, *_ in ledger}


def _file(folder: Path, table: str, month: str = "") -> Path:
    place = folder / table / f"month={month}" if month else folder / table
    return place / "part-0.parquet"


def _copy(connection, rows: str, file: Path) -> None:
    connection.execute(f"COPY ({rows}) TO {_quoted(str(file))} (FORMAT parquet, COMPRESSION zstd)")


def _link(there: Path, file: Path) -> None:
    try:
        os.link(there, file)
    except OSError:  # no such links on this file system
        shutil.copyfile(there, file)


def _fetched(connection, rows: str) -> Iterator[tuple]:
    answer = connection.execute(rows)
    while some := answer.fetchmany(10_000):
        yield from some


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
