"""The store of a community: canonical tables as Delta Lake. Importing adds to it; a snapshot names its files."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import settings
from workbench.errors import SourceError, StoreError
from workbench.sources import Reading, Source
from workbench.staging import Staging, content_columns
from workbench.tables import TABLES, Table
from workbench.words import zones

if TYPE_CHECKING:
    import duckdb

# Which Delta version of each table is the store's content. An import writes all tables first and replaces this
# file last, in one step: it is whole or it is not there. What a killed import wrote is undone by the next one.
VERSIONS = "versions.json"
IMPORTING = "importing.json"
_STAGING = "staging"
_PORTION_ROWS = 1_000_000
_NEAR_SECONDS = 2 * 24 * 3600
"""How far apart a record may be dated by two exports and still be looked for in the month beside its own."""
_KEPT_HOURS = 7 * 24
"""How long files that are no longer part of the store stay for readers who still have them open."""


# ------------------------------------------------------------------------------------------------ reading


@dataclass(frozen=True)
class Snapshot:
    """The store at one moment: the Parquet files of each canonical table. Later imports do not change them."""

    folder: Path
    """The community's."""
    version: str
    """Changes when the content changes; the same in a copy of the folder."""
    files: dict[str, list[str]]
    months: dict[str, dict[str, list[str]]]
    """The same files by UTC month ("2026-10"), for the tables stored by month."""


def snapshot(folder: str | Path) -> Snapshot:
    """The store as it is now. An empty store has empty lists."""
    store = _store(folder)
    if not store.is_dir():
        raise StoreError(
            f"{folder} has no store. Import an export first: "
            f"workbench import FILE --community {folder} --timezone Europe/Paris"
        )
    files: dict[str, list[str]] = {name: [] for name in TABLES}
    months: dict[str, dict[str, list[str]]] = {name: {} for name, table in TABLES.items() if table.month_of}
    digest = hashlib.sha256()
    versions = _versions(store)
    for name in sorted(versions.keys() & TABLES.keys()):
        by_month = _stored(store, versions, name)
        files[name] = [file for month_files in by_month.values() for file in month_files]
        if name in months:
            months[name] = by_month
        for file in files[name]:
            digest.update(Path(file).relative_to(store).as_posix().encode() + b"\n")
    return Snapshot(Path(folder), digest.hexdigest()[:16], files, months)


def tables(folder: str | Path) -> dict[str, list[str]]:
    """The Parquet files of each canonical table; an empty list where a table is empty."""
    return snapshot(folder).files


def files_by_month(folder: str | Path, table: str) -> dict[str, list[str]]:
    """The Parquet files of a table that is stored by month, by UTC month."""
    return snapshot(folder).months[table]


def version(folder: str | Path) -> str:
    """A short text that changes when the content of the store changes."""
    return snapshot(folder).version


def scan(table: Table, files: Iterable[str]) -> str:
    """SQL that reads all rows of a table from its files, a column without values where a file lacks it."""
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    typed = ", ".join(f'CAST(NULL AS {c.type}) AS "{c.name}"' for c in table.columns)
    listed = _listed(files)
    if not listed:
        return f"SELECT {typed} WHERE false"
    stored = f"SELECT * FROM read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    return f"SELECT {names} FROM (SELECT {typed} WHERE false UNION ALL BY NAME {stored})"


def connect(now: Snapshot) -> "duckdb.DuckDBPyConnection":
    """A connection with the stored tables as views, every row as it was imported; close it or use it in a `with`. What
    needs more than the memory that a community may take goes to disk."""
    import duckdb

    from workbench.engines.duckdb import limit_memory

    connection = duckdb.connect(config={"temp_directory": str(now.folder / "cache" / "spill")})
    limit_memory(connection)
    for name, table in TABLES.items():
        connection.execute(f"CREATE VIEW {name} AS {scan(table, now.files[name])}")
    return connection


def interrupted(folder: str | Path) -> str | None:
    """The name of the file whose import was killed, until an import has cleared up after it."""
    store = _store(folder)
    try:
        name = json.loads((store / IMPORTING).read_text(encoding="utf-8"))["file_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    with contextlib.suppress(OSError), (store / "lock").open("a+b") as lock:
        _lock(lock)
        return name
    return None  # it is at work


# ------------------------------------------------------------------------------------------------- adding


@dataclass(frozen=True)
class Brought:
    """What an import brought to one table, in rows: `rows` = repeated + new + updated + known."""

    rows: int
    repeated: int
    """Met again inside the import."""
    new: int
    updated: int
    """In the store before with other content, which this import's later state replaces."""
    known: int
    """In the store before with this content or a later state."""


@dataclass(frozen=True)
class Receipt:
    """What one import read and what became of it."""

    import_id: str
    file_name: str
    source: str
    platform: str
    time_zone: str
    already: bool = False
    """The file was in the store: nothing was read or added."""
    tables: dict[str, Brought] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    """Native records by kind."""
    repeated: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    """Native records that belong in no table, by reason."""
    problems: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Records that could not be read: by reason, how many and the first places."""
    covered: tuple[datetime, datetime] | None = None
    notes: tuple[str, ...] = ()
    """How the importer understood the file."""


def add(
    folder: str | Path,
    source: Source,
    path: str | Path,
    *,
    timezone: str | None = None,
    mapping: str | Path | None = None,
    platform: str = "",
    again: bool = False,
) -> Receipt:
    """Read an export into the community's store, whole or not at all.

    A file that is in the store adds nothing, unless `again`: then the rows it brought are replaced by a new reading.
    Overlapping exports may come in any order: of two states of a record the later observed one is kept. Only one that
    comes back under the same id, but more than two days away in a month that this export does not touch, is kept twice.
    """
    folder, path = Path(folder).absolute(), Path(path)
    if not path.exists():
        raise SourceError(f"{path} does not exist. Check the name and the folder, then try again.")
    sha256 = fingerprint(path)
    with _only_writer(folder, path) as store:
        versions = _versions(store)
        known = _import_row(store, versions, sha256[:16])
        if known and not again:
            return _receipt_of_known(known, path)
        reading = Reading(
            timezone=timezone,
            community_timezone=_timezone_of(folder),
            mapping=Path(mapping) if mapping else None,
            platform=platform,
        )
        with Staging(store / _STAGING, path.name) as staging:
            for name, row in _progress(source.read(path, reading), f"reading {path.name}", " rows"):
                staging.put(name, row)
            staging.settle(sha256[:16])
            receipt = _receipt(staging, source, reading, path, sha256)
            names = [name for name in TABLES if name != "imports"]
            brought = {}
            for name in _progress(names, "storing", " tables"):
                counts = _merge(staging, store, versions, TABLES[name], again=bool(known))
                if counts:
                    brought[name] = counts
            receipt = replace(receipt, tables=brought)
            staging.put_import(_imports_row(receipt, reading, sha256))
            _merge(staging, store, versions, TABLES["imports"], again=bool(known))
        _put(store / VERSIONS, json.dumps(versions, sort_keys=True))
    return receipt


def fingerprint(path: str | Path) -> str:
    """The SHA-256 of a file; of a folder, over the names and contents of its files, hidden ones left out."""
    path = Path(path)
    if path.is_file():
        return _sha256(path).hexdigest()
    digest = hashlib.sha256()
    files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
    for name in sorted(files):
        if not any(part.startswith(".") for part in name.split("/")):
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + _sha256(files[name]).digest())
    return digest.hexdigest()


def _sha256(file: Path):
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")


def _progress(items: Iterable, doing: str, unit: str) -> Iterable:
    """The items, with a line of progress on stderr when a person looks at it."""
    from tqdm import tqdm

    return tqdm(items, desc=doing, unit=unit, disable=None, leave=False, mininterval=0.5)


# What becomes of a staged row, given the rows `was` that are stored under its key. Of a versioned table every import
# keeps its own row. `known` and `wins` look at all rows of the key; there are several only in a versioned table.
_FATES = """
CREATE OR REPLACE TABLE fate AS
SELECT now.rowid AS met, count(was.import_id) = 0 AS new,
       coalesce(bool_or({known}) FILTER (was.import_id IS NOT NULL), false) AS known,
       coalesce(bool_and({wins}) FILTER (was.import_id IS NOT NULL), true) AS wins
FROM {now} AS now LEFT JOIN ({was}) AS was ON {same_key}
GROUP BY now.rowid
"""


def _merge(staging: Staging, store: Path, versions: dict, table: Table, *, again: bool) -> Brought | None:
    """Bring the staged rows of a table into its Delta table, at the cost of the months they are in."""
    name = table.name
    staged = staging.put_rows[name]
    if not staged and not (again and name in versions):
        return None
    now, by_month = staging.once(name), _stored(store, versions, name)
    month = f"strftime(\"{table.month_of}\", '%Y-%m')" if table.month_of else "''"

    def ask(sql: str) -> list[tuple]:
        return staging.connection.execute(sql).fetchall()

    def months_in(rows: str) -> set[str]:
        return {value for (value,) in ask(f"SELECT DISTINCT {month} FROM {rows}")}

    def equal(columns: Iterable[str], sign: str) -> str:
        return " AND ".join(f'now."{column}" {sign} was."{column}"' for column in columns) or "true"

    months, replaced = months_in(now), set()
    if again:
        files = [file for month_files in by_month.values() for file in month_files]
        replaced = months_in(f"({scan(table, files)}) WHERE import_id = '{staging.import_id}'")
    same_key = equal(table.key, "=")
    if table.month_of:
        # A record that is dated anew, as by another time zone, may have stood in the month next to its own.
        days = ask(f'SELECT DISTINCT CAST("{table.month_of}" AS DATE) FROM {now}')
        beside = [file for each in _beside(days) - months for file in by_month.get(each, ())]
        near = f'abs(epoch(now."{table.month_of}" - was."{table.month_of}")) <= {_NEAR_SECONDS}'
        moved = f"SELECT was.* FROM ({scan(table, beside)}) AS was SEMI JOIN {now} AS now ON {same_key} AND {near}"
        replaced |= months_in(f"({moved})") if beside else set()
    files = [file for each in sorted(months | replaced) for file in by_month.get(each, ())]
    was = f"SELECT * FROM ({scan(table, files)}) WHERE import_id <> '{staging.import_id}'"
    same = equal([c for c in content_columns(table) if c not in table.key], "IS NOT DISTINCT FROM")
    later = "(now.observed_at, now.import_id) > (was.observed_at, was.import_id)"
    known = same if table.versioned else f"{same} OR NOT {later}"
    wins = "true" if table.versioned else later
    ask(_FATES.format(known=known, wins=wins, now=now, was=was, same_key=same_key))
    ((distinct, new, known, beaten),) = ask(
        "SELECT count(*), count(*) FILTER (new), count(*) FILTER (known), count(*) FILTER (wins AND NOT new) FROM fate"
    )

    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    winners = f"SELECT now.* FROM {now} AS now JOIN fate ON now.rowid = fate.met WHERE fate.wins"
    rows, overwrite = f"SELECT {columns} FROM ({winners})", bool(replaced)
    if beaten and not table.versioned:
        overwrite = True
        was = f"SELECT * FROM ({was}) AS was WHERE NOT EXISTS (SELECT 1 FROM ({winners}) AS now WHERE {same_key})"
    if overwrite:
        rows = f"{rows} UNION ALL SELECT {columns} FROM ({was})"
    if overwrite or new or (table.versioned and distinct):
        order = ", ".join(f'"{column}"' for column in ([table.month_of] if table.month_of else []) + [*table.key])
        by = f", {month} AS month" if table.month_of else ""
        sizes = dict(ask(f"SELECT {month}, count(*) FROM ({rows}) GROUP BY ALL"))
        sizes |= dict.fromkeys(replaced - sizes.keys(), 0)
        for some in _portions(sizes):
            relation = staging.connection.sql(
                f"SELECT {columns}{by} FROM ({rows}) WHERE {month} IN ({_listed(some)}) ORDER BY {order}"
            )
            _write(store / name, relation, table, months=some, overwrite=overwrite)
        versions[name] = _sweep(store / name)
    return Brought(rows=staged, repeated=staged - distinct, new=new, known=known, updated=distinct - new - known)


def _beside(days: Iterable[tuple[date]]) -> set[str]:
    """The months within two days of some days.

    >>> sorted(_beside([(date(2026, 3, 1),), (date(2026, 3, 15),)]))
    ['2026-02', '2026-03']
    """
    return {f"{day + timedelta(days=shift):%Y-%m}" for (day,) in days for shift in (-2, 0, 2)}


def _portions(sizes: dict[str, int]) -> Iterator[list[str]]:
    """Months in order, as many at a time as make up a portion that the writer holds in memory with ease."""
    some: list[str] = []
    for month in sorted(sizes):
        if some and sum(sizes[each] for each in some) + sizes[month] > _PORTION_ROWS:
            yield some
            some = []
        some.append(month)
    if some:
        yield some


def _write(path: Path, relation, table: Table, *, months: list[str], overwrite: bool) -> None:
    """Append the rows of some months, or put them in place of what these months hold."""
    from deltalake import WriterProperties, write_deltalake

    write_deltalake(
        str(path),
        relation,
        mode="overwrite" if overwrite else "append",
        predicate=f"month IN ({_listed(months)})" if overwrite and table.month_of else None,
        partition_by=["month"] if table.month_of else None,
        schema_mode="merge",
        writer_properties=WriterProperties(compression="ZSTD", max_row_group_size=122_880),
    )


def _sweep(path: Path) -> int:
    """Remove files that have not been part of the store for days; the version that the table then has."""
    table = _open(path)
    old = {"retention_hours": _KEPT_HOURS, "enforce_retention_duration": False, "full": True}
    with contextlib.suppress(OSError):  # a file still open somewhere is removed another time
        if table.vacuum(dry_run=True, **old):
            table.vacuum(dry_run=False, **old)
    return table.version()


def _listed(words: Iterable[str]) -> str:
    """SQL string literals."""
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _receipt(staging: Staging, source: Source, reading: Reading, path: Path, sha256: str) -> Receipt:
    return Receipt(
        import_id=sha256[:16],
        file_name=path.name,
        source=source.name,
        platform=staging.platform() or reading.platform or source.name,
        time_zone=zones.coded(reading.time_zone),
        read=_counted(reading.read),
        repeated=_counted(reading.repeated),
        dropped=_counted(reading.dropped),
        problems=staging.problems(),
        covered=staging.covered(),
        notes=tuple(reading.notes),
    )


def _counted(counter: dict) -> dict[str, int]:
    return {str(what): int(number) for what, number in sorted(counter.items()) if number}


def _imports_row(receipt: Receipt, reading: Reading, sha256: str) -> dict:
    counts = {
        **{f"read: {what}": number for what, number in receipt.read.items()},
        **{f"repeated: {what}": number for what, number in receipt.repeated.items()},
        **{f"dropped: {why}": number for why, number in receipt.dropped.items()},
        **{f"kept: {name}": rows.new + rows.updated for name, rows in receipt.tables.items()},
        **{f"known: {name}": rows.known for name, rows in receipt.tables.items()},
    }
    return {
        "source": receipt.source,
        "platform": receipt.platform,
        "file_name": receipt.file_name,
        "sha256": sha256,
        "time_zone": receipt.time_zone,
        "tells_joins": reading.tells_joins,
        "tells_leaves": reading.tells_leaves,
        "tells_visits": reading.tells_visits,
        "counts": {what: str(number) for what, number in counts.items()},
    }


def _timezone_of(folder: Path) -> str | None:
    """The zone of the community's days, once it has settings."""
    toml = folder / "community.toml"
    return settings.load(toml).timezone if toml.is_file() else None


def _import_row(store: Path, versions: dict, import_id: str) -> dict | None:
    """The row of `imports` of a file that is in the store."""
    import duckdb

    table = TABLES["imports"]
    files = [file for files in _stored(store, versions, "imports").values() for file in files]
    with duckdb.connect() as connection:
        answer = connection.execute(f"SELECT * FROM ({scan(table, files)}) WHERE import_id = $id", {"id": import_id})
        rows = answer.fetchall()
    return dict(zip([c.name for c in table.columns], rows[0], strict=True)) if rows else None


def _receipt_of_known(row: dict, path: Path) -> Receipt:
    counts: dict[str, dict[str, int]] = {"read": {}, "repeated": {}, "dropped": {}}
    for what, number in row["counts"].items():
        kind, _, which = what.partition(": ")
        counts.setdefault(kind, {})[which] = int(number)
    return Receipt(
        import_id=row["import_id"],
        file_name=path.name,
        source=row["source"],
        platform=row["platform"],
        time_zone=row["time_zone"] or "",
        already=True,
        **{kind: counts[kind] for kind in ("read", "repeated", "dropped")},
    )


# --------------------------------------------------------------------------------------------- the folder


def _store(folder: str | Path) -> Path:
    return Path(folder).absolute() / "store"


def _versions(store: Path) -> dict[str, int]:
    try:
        return json.loads((store / VERSIONS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not any((store / name).exists() for name in TABLES):
            return {}
        missing = "is missing"
    except (ValueError, OSError) as error:
        missing = f"cannot be read ({error})"
    raise StoreError(
        f"{store / VERSIONS} {missing}, so it is not known which state of the tables is whole. "
        "Put it back from a copy, or remove the folder store and import your files again."
    )


def _open(path: Path, version: int | None = None):
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        return DeltaTable(str(path), version=version)
    except (DeltaError, OSError) as error:
        raise StoreError(
            f"The table in {path} is damaged: {error}. "
            "Put the folder store back from a copy, or remove it and import your files again."
        ) from None


def _stored(store: Path, versions: dict, name: str) -> dict[str, list[str]]:
    """The files of a table by month; under "" where a table is not stored by month."""
    if name not in versions:
        return {}
    found: dict[str, list[str]] = {}
    for path in sorted(_open(store / name, versions[name]).get_add_actions(flatten=True)["path"].to_pylist()):
        month = re.search(r"month=([^/]+)/", path)
        found.setdefault(month[1] if month else "", []).append(str(store / name / path))
    return dict(sorted(found.items()))


def _put(file: Path, text: str) -> None:
    """Write a file so that readers see the old text or the new one."""
    aside = file.with_name(file.name + ".new")
    with aside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    for attempt in range(50):
        try:
            return os.replace(aside, file)
        except PermissionError:  # on Windows, while a reader has it open
            if attempt == 49:
                raise
            time.sleep(0.1)


@contextlib.contextmanager
def _only_writer(folder: Path, path: Path) -> Iterator[Path]:
    """The store, made where there is none, for one writer at a time, cleared of what a killed import left. A store
    that was made here goes when the import fails."""
    if odd := re.search(r"%[0-9A-Fa-f]{2}|[\[\]^`|<>\"*?]", str(folder)) or (os.sep == "/" and "\\" in str(folder)):
        sign = "\\" if odd is True else odd[0]
        raise StoreError(
            f'{folder} has "{sign}" in its path, which Delta Lake cannot store under. Choose another folder.'
        )
    made = not folder.exists()
    store = _store(folder)
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "lock").open("a+b")
    except OSError as error:
        raise StoreError(f"{store} cannot be written to: {error.strerror}. Choose another folder.") from None
    fresh = False
    try:
        with lock:
            _lock_or_raise(lock, folder)
            versions = _versions(store)
            fresh = not (store / VERSIONS).exists()
            try:
                _undo_unfinished(store, versions)
                _put(store / VERSIONS, json.dumps(versions, sort_keys=True))
                _put(store / IMPORTING, json.dumps({"file_name": path.name}))
                (store / _STAGING).mkdir()
                yield store
                fresh = False
            finally:
                shutil.rmtree(store / _STAGING, ignore_errors=True)
                (store / IMPORTING).unlink(missing_ok=True)
                if fresh:
                    _undo_unfinished(store, {})
                    (store / VERSIONS).unlink(missing_ok=True)
    finally:
        if fresh:
            with contextlib.suppress(OSError):
                (store / "lock").unlink()
                store.rmdir()
                if made:
                    folder.rmdir()


def _undo_unfinished(store: Path, versions: dict) -> None:
    """Bring every table back to the version that is the store's content."""
    for leftover in (_STAGING, *(name for name in TABLES if name not in versions)):
        shutil.rmtree(store / leftover, ignore_errors=True)
    for name, version in versions.items():
        table = _open(store / name)
        if table.version() != version:
            table.restore(version)
            versions[name] = table.version()


def _lock_or_raise(lock, folder: Path) -> None:
    try:
        _lock(lock)
    except OSError:
        raise StoreError(
            f"Another import is writing to {folder}. Wait until it has ended, then try again; "
            "nothing of this file was stored."
        ) from None


def _lock(file) -> None:
    """Take the file for this process; the system lets go of it when the process ends, however it ends."""
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
