"""An export format of our own for tests of the store: a first line that names it, then one `[table, row]` a line.

A line may also say what the importer does: `["read", {"message": 3}]`, `["dropped", {"reason": 1}]`, and, for tests
of what goes wrong, `["fail", {"with": "SourceError"}]`.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from workbench import store
from workbench.errors import SourceError
from workbench.sources import Source
from workbench.tables import TABLES

FIRST_LINE = "an export for tests"


def write(path: Path, *lines: tuple[str, dict]) -> Path:
    text = [FIRST_LINE, *(json.dumps([name, row], default=str) for name, row in lines)]
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def _recognises(path: Path) -> bool:
    return path.is_file() and path.read_bytes().startswith(FIRST_LINE.encode())


def _read(path, reading):
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            name, row = json.loads(line)
            if name in ("read", "repeated", "dropped"):
                getattr(reading, name).update(row)
            elif name == "fail":
                raise {"SourceError": SourceError, "KeyboardInterrupt": KeyboardInterrupt}.get(row["with"], ValueError)(
                    f"failed on purpose in {path.name}"
                )
            else:
                yield name, row


FAKE = Source("fake", "Export for tests", _recognises, _read)


def add(folder: Path, path: Path, **options) -> store.Receipt:
    return store.add(folder, FAKE, path, **options)


def event(number: int, at: datetime | str = "2026-10-05T12:00:00", **more) -> tuple[str, dict]:
    row = {"event_id": f"x:{number}", "occurred_at": str(at), "member_id": "x:ana", "kind": "post", "platform": "x"}
    return "events", {**row, **more}


def content(folder: Path) -> dict[str, list[tuple]]:
    """Everything in the store, in an order of its own. Of `imports`, what depends on earlier imports is left out."""
    found = {}
    files = store.tables(folder)
    with duckdb.connect() as connection:
        for name, table in TABLES.items():
            rows = connection.execute(store.scan(table, files[name])).fetchall()
            names = [c.name for c in table.columns]
            found[name] = sorted(
                (tuple(_plain(column, value) for column, value in zip(names, row, strict=True)) for row in rows),
                key=repr,
            )
    return found


def _plain(column: str, value):
    if column == "file_name":  # the same bytes under two names are one import, known by the name that came first
        return None
    if column == "counts":
        return tuple(sorted((k, v) for k, v in value.items() if not k.startswith(("kept", "known"))))
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    if isinstance(value, list):
        return tuple(value)
    return str(value) if isinstance(value, datetime | date | Decimal) else value


def column(folder: Path, table: str, name: str) -> list:
    """The values of a column in the order of the table's key."""
    with duckdb.connect() as connection:
        rows = store.scan(TABLES[table], store.tables(folder)[table])
        key = ", ".join(f'"{part}"' for part in TABLES[table].key)
        return [value for (value,) in connection.execute(f'SELECT "{name}" FROM ({rows}) ORDER BY {key}').fetchall()]
