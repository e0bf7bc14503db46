"""DuckDB, embedded, the default engine: it runs the texts as they are written, with their values bound."""

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import SettingsError
from workbench.settings import AMOUNT_OF_MEMORY

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MEMORY = "WORKBENCH_MEMORY"
"""The environment variable that says how much memory a community may take ("2GB"); what needs more goes to disk."""
_MOST_GIB = 2.5

# Tables that many questions share and that cost more to make than to read: made once a store, not once a process.
KEPT = frozenset(
    (
        "members", "accounts", "people", "several_accounts", "traces", "membership_lines", "closed_accounts",
        "plain_stays", "tangled_accounts", "tangled_lines", "answering", "tells", "ineligible", "told", "deleted_later",
        "tangled_stays", "group_people", "inferred_replies", "openers", "newcomers", "engagement_score",
    )
)  # fmt: skip
KEPT_FILES = 40
"""Of each such table so many stay, the last used: the months of a report, for some parts of the community."""
KEPT_ANSWERS = 2000
"""As many answers stay, the last used: those of some reports."""
SLOW = 0.03
"""Seconds: an answer that took longer is kept, for a third of a report's questions are asked on several pages."""


class DuckDB:
    """See `workbench.engines.Engine`. What an engine inside another makes is temporary: it does not show outside.

    With a folder `kept`, some tables and slow answers are kept there as Parquet under a mark: a hash of their text, its
    values and the marks of the tables that it names. What none of these changed is read, not made again; deleting it is
    always safe.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        *,
        temporary: bool = False,
        kept: Path | None = None,
        marks: dict[str, str] | None = None,
    ) -> None:
        self.connection = connection
        self._temporary = temporary
        self._kept = kept
        self._marks = marks or {}

    def create(self, name: str, text: str, values: dict | None = None, *, view: bool = False) -> None:
        values = named(text, values)
        mark = mark_of(name, text, values, self._marks)
        if self._kept and name in KEPT and not view:
            file = self._file(name, mark, text, values)
            text, values, view = f"SELECT * FROM read_parquet('{_quoted(file)}')", {}, True
        form = ("TEMP " if self._temporary else "") + ("VIEW" if view else "TABLE")
        self.connection.execute(f"CREATE OR REPLACE {form} {name} AS {text}", values)
        self._marks[name] = mark

    def insert(self, name: str, columns: dict[str, str], rows: list[tuple]) -> None:
        typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.connection.execute(f"CREATE {'TEMP ' if self._temporary else ''}TABLE {name} ({typed})")
        if rows:
            import pandas as pd

            self.connection.register("rows_to_insert", pd.DataFrame(rows))  # faster than row by row
            self.connection.execute(f"INSERT INTO {name} SELECT * FROM rows_to_insert")
            self.connection.unregister("rows_to_insert")
        self._marks[name] = digest(typed, repr(rows))

    def _file(self, name: str, mark: str, text: str, values: dict) -> Path:
        """The file that holds the answer to a text, made if it is not there."""
        file = self._kept / f"{name}-{mark}.parquet"
        with turn(self._kept / f"{name}.lock"):
            if not file.exists():
                self._write(file, f"({text})", values)
            os.utime(file)
            _drop_unused(self._kept, f"{name}-*.parquet", KEPT_FILES)
        return file

    def _write(self, file: Path, source: str, values: dict | None = None) -> None:
        aside = file.with_suffix(f".{os.getpid()}.tmp")
        self.connection.execute(f"COPY {source} TO '{_quoted(aside)}' (FORMAT parquet, COMPRESSION zstd)", values)
        os.replace(aside, file)

    def rename(self, name: str, to: str) -> None:
        found = self.connection.execute(
            "SELECT table_type FROM information_schema.tables WHERE table_name = $name", {"name": name}
        )
        form = "VIEW" if found.fetchone()[0] == "VIEW" else "TABLE"
        self.connection.execute(f"ALTER {form} {name} RENAME TO {to}")
        self._marks[to] = self._marks.pop(name)

    def ask(self, text: str, values: dict | None = None, *, keep: bool = False) -> "pd.DataFrame":
        values = named(text, values)
        if not (keep and self._kept):
            return self.connection.execute(text, values).df()
        file = self._kept / "answers" / f"{mark_of('', text, values, self._marks)}.parquet"
        if (kept := self._kept_answer(file)) is not None:
            return kept
        began = time.perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE _answer AS {text}", values)
        answer = self.connection.execute("SELECT * FROM _answer").df()
        if time.perf_counter() - began > SLOW:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._write(file, "_answer")
            _drop_unused(file.parent, "*.parquet", KEPT_ANSWERS)
        self.connection.execute("DROP TABLE _answer")
        return answer

    def _kept_answer(self, file: Path) -> "pd.DataFrame | None":
        import duckdb

        try:
            os.utime(file)
            return self.connection.execute(f"SELECT * FROM read_parquet('{_quoted(file)}')").df()
        except (FileNotFoundError, duckdb.IOException, duckdb.InvalidInputException):
            return None  # none yet, taken away by another process, or damaged: asked anew

    def inside(self) -> "DuckDB":
        return DuckDB(self.connection.cursor(), temporary=True, kept=self._kept, marks=dict(self._marks))

    def close(self) -> None:
        self.connection.close()


def limit_memory(connection: "duckdb.DuckDBPyConnection", memory: str = "") -> None:
    """As the environment says, else the settings (`memory`); else half of the machine's memory, at most 2.5 GB, for a
    report opens several."""
    asked = os.environ.get(MEMORY, "").strip() or memory
    if asked and not re.fullmatch(AMOUNT_OF_MEMORY, asked):
        raise SettingsError(f'{MEMORY}="{asked}" is not an amount of memory. Write for instance {MEMORY}=2GB.')
    connection.execute(f"SET memory_limit = '{asked or '50%'}'")
    if not asked:
        ((half,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
        number, unit = half.split()
        if unit == "TiB" or (unit == "GiB" and float(number) > _MOST_GIB):
            connection.execute(f"SET memory_limit = '{_MOST_GIB}GiB'")


def named(text: str, values: dict | None) -> dict:
    """Those of the values that a text names."""
    return {name: values[name] for name in names_of_values(text) if name in values} if values else {}


def names_of_values(text: str) -> set[str]:
    """The `$names` in a text, comments left out.

    >>> sorted(names_of_values("SELECT $b -- and $c" + chr(10) + "FROM t WHERE x > $a"))
    ['a', 'b']
    """
    return set(re.findall(r"\$([a-z_]\w*)", re.sub(r"--[^\n]*", "", text)))


def mark_of(name: str, text: str, values: dict, marks: dict[str, str]) -> str:
    """What changes when the answer to a text may: a hash of the text, its values and the marks of what it names."""
    read = (set(re.findall(r"\w+", text)) & marks.keys()) - {name}
    # The repr of a long array leaves its middle out, that of a list does not.
    whole = sorted((name, value.tolist() if hasattr(value, "tolist") else value) for name, value in values.items())
    return digest(text, repr(whole), *(marks[one] for one in sorted(read)))


@contextlib.contextmanager
def turn(lock: Path) -> Iterator[None]:
    """One process after the other: who waited finds what the one before has made."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+b") as file:
        if os.name != "nt":  # there several may make the same file, one replaces the other's
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def _drop_unused(folder: Path, pattern: str, most: int) -> None:
    """Of the files only so many stay, the last used."""
    by_use = sorted(folder.glob(pattern), key=lambda one: one.stat().st_mtime_ns)
    for old in by_use[:-most]:
        with contextlib.suppress(OSError):  # another process reads it (Windows)
            old.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
