"""What a new month costs: python benchmarks/month.py DIR --events N

DIR was made with `generate.py DIR --events N --months 35`. The 36th month is imported into an empty store and into DIR
(a copy whose files are links, so DIR stays as it is; --keep moves the copy into its place). Then each is opened, which
makes the month's roll-ups. Every step in a process of its own: processor seconds, seconds, peak of resident memory.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import generate

MONTH = generate.MONTHS - 1


def prepared(folder: Path, events: int) -> Path:
    """The month as a folder of Parquet files, a table each: what an export would hold."""
    folder.mkdir(parents=True, exist_ok=True)
    with generate.connect(folder / ".spill", events) as connection:
        for name, query in generate.month_rows(connection, MONTH, events, texts=events).items():
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    shutil.rmtree(folder / ".spill", ignore_errors=True)
    return folder


def read(path: Path, reading):
    """The importer: rows as plain dictionaries, as every importer yields them."""
    import duckdb

    reading.tells_joins = reading.tells_leaves = True
    for file in sorted(path.glob("*.parquet")):
        with duckdb.connect() as connection:
            answer = connection.execute(f"SELECT * FROM read_parquet('{file}')")
            columns = [column[0] for column in answer.description]
            while rows := answer.fetchmany(10_000):
                reading.read[file.stem] += len(rows)
                for row in rows:
                    yield file.stem, dict(zip(columns, row, strict=True))


def add(folder: Path, export: Path) -> None:
    from workbench import settings, store
    from workbench.sources import Source

    settings.create(folder / "community.toml", name="month", timezone=generate.ZONE)
    store.add(folder, Source("generated", "Generated", lambda path: True, read), export)


def reading(folder: Path, export: Path) -> None:
    """What the importer alone costs: the same for every store."""
    from workbench.sources import Reading

    for _ in read(export, Reading()):
        pass


def opening(folder: Path, export: Path) -> None:
    import workbench

    workbench.open(folder).close()


STEPS = {"reading": reading, "add": add, "opening": opening}


def apart(step: str, folder: Path, export: Path) -> None:
    command = [sys.executable, __file__, str(folder), "--only", step, "--export", str(export)]
    began = time.perf_counter()
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    wall = time.perf_counter() - began
    print(f"{folder.name:<24}{step:<12}{told['cpu_s']:>9}{wall:>9.1f}{told['peak_mb']:>9}", flush=True)


def main(folder: Path, events: int, keep: bool) -> None:
    export = folder.with_name(f"{folder.name}-month")
    empty, full = (folder.with_name(f"{folder.name}-{name}") for name in ("empty", "full"))
    for old in (export, empty, full):
        shutil.rmtree(old, ignore_errors=True)
    prepared(export, events)
    apart("opening", folder, export)  # the roll-ups of the months before are there
    shutil.copytree(folder, full, copy_function=os.link)
    empty.mkdir()
    print(f"{'store':<24}{'step':<12}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}", flush=True)
    apart("reading", empty, export)
    for step in ("add", "opening"):
        for store in (empty, full):
            apart(step, store, export)
    for store in (empty, full):
        apart("opening", store, export)  # again: nothing changed
    shutil.rmtree(empty)
    shutil.rmtree(export)
    if keep:
        shutil.rmtree(folder)
        full.rename(folder)
    else:
        shutil.rmtree(full)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        STEPS[given.only](given.folder, given.export)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": generate.peak_mb()}))
    else:
        main(given.folder, given.events, given.keep)
