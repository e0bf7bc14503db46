"""Roll-ups of the events by local month, kept as Parquet in the community's cache folder and made again only for
months whose events changed."""

import contextlib
import hashlib
import os
import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from workbench.period import Month, midnight

NAMES = ("member_day", "account_day", "account_month")


@dataclass(frozen=True)
class _Missing:
    """A local month to be rolled up: its event files, and where each roll-up goes."""

    month: Month
    paths: list[str]
    targets: dict[str, Path]
    key: str


def build(
    cache: Path,
    files_by_month: dict[str, list[str]],
    *,
    zone: str,
    source: Callable[[list[str]], str],
    connect: Callable[[int], contextlib.AbstractContextManager],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, list[str]]:
    """The Parquet files of each roll-up, one a local month, in order of time.

    `files_by_month` lists the event files per UTC month; `source` gives the SQL of a query over such files; `connect`
    opens a connection of its own, one of so many, that knows `utc_offsets`. A local month lies in one or two UTC
    months, so the names of their files are its key: a store that did not change there is not read again.
    """
    cache.mkdir(parents=True, exist_ok=True)
    texts = {name: base_sql(name) for name in NAMES}
    months = sorted(
        near
        for near in {near for month in map(Month.parse, files_by_month) for near in (month.back(1), month, month.next)}
        if any(str(utc) in files_by_month for utc in _utc_months(near, zone))
    )
    made: dict[str, list[str]] = {name: [] for name in NAMES}
    missing = []
    for month in months:
        paths = [path for utc in _utc_months(month, zone) for path in files_by_month.get(str(utc), [])]
        key = _key(zone, *texts.values(), *sorted(Path(path).name for path in paths))
        targets = {name: cache / f"{name}-{month}-{key}.parquet" for name in NAMES}
        if not all(target.exists() for target in targets.values()):
            missing.append(_Missing(month, paths, targets, key))
        for name in NAMES:
            made[name].append(str(targets[name]))

    def make(one: _Missing, connection) -> None:
        _write(connection, source(one.paths), texts, one.targets, one.month, zone)
        _drop_stale(cache, one.month, one.key)

    there = len(months) - len(missing)
    _side_by_side(missing, make, connect, lambda done: progress(there + done, len(months)))
    return made


def _side_by_side(missing: list[_Missing], make: Callable, connect: Callable, progress: Callable[[int], None]) -> None:
    """A month to a processor: threads that share a month each meet nearly all its people, and cost a quarter more."""
    progress(0)
    if not missing:
        return
    at_once = min(len(missing), os.cpu_count() or 1)
    with contextlib.ExitStack() as opened, ThreadPoolExecutor(at_once) as pool:
        free: queue.SimpleQueue = queue.SimpleQueue()
        for _ in range(at_once):
            free.put(opened.enter_context(connect(at_once)))

        def one(month: _Missing) -> None:
            connection = free.get()
            try:
                make(month, connection)
            finally:
                free.put(connection)

        running = [pool.submit(one, month) for month in missing]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                progress(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # those begun are finished, no other is begun
            raise


def base_sql(name: str) -> str:
    """The SQL text of a base table: who counts, who was a member, who was active."""
    return files("workbench").joinpath("base", f"{name}.sql").read_text(encoding="utf-8")


def _write(connection, events: str, texts: dict, targets: dict, month: Month, zone: str) -> None:
    bounds = {"from_at": midnight(month.start, zone), "to_at": midnight(month.end, zone)}
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS {events}")
    for name in NAMES:  # each is made from the one before
        aside = targets[name].with_suffix(f".{os.getpid()}.tmp")
        values = bounds if "$from_at" in texts[name] else {}
        connection.execute(f"COPY ({texts[name]}) TO '{_quoted(aside)}' (FORMAT parquet, COMPRESSION zstd)", values)
        os.replace(aside, targets[name])
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet('{_quoted(targets[name])}')"
        )
    for name in reversed(NAMES):
        connection.execute(f"DROP VIEW {name}")
    connection.execute("DROP VIEW events")


def _drop_stale(cache: Path, month: Month, key: str) -> None:
    for name in NAMES:
        for old in cache.glob(f"{name}-{month}-*.parquet"):
            if key not in old.name:
                with contextlib.suppress(OSError):  # another process reads it (Windows): the next change tries again
                    old.unlink()


def _utc_months(month: Month, zone: str) -> list[Month]:
    """The UTC months of which some instant is in a local month: its own, and the one before or after.

    >>> [str(utc) for utc in _utc_months(Month.parse("2026-05"), "Europe/Paris")]
    ['2026-04', '2026-05']
    """
    first, last = midnight(month.start, zone), midnight(month.end, zone) - timedelta(microseconds=1)
    utc = [Month.parse(first.date())]
    while utc[-1] < Month.parse(last.date()):
        utc.append(utc[-1].next)
    return utc


def _key(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
