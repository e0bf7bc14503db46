"""What the importers' tests share: an export read whole, and checked against the canonical tables."""

import zipfile
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import strategies as st

from workbench.errors import SourceError
from workbench.sources import Reading, Source
from workbench.tables import INSTANT, PAIRS, TABLES, TEXT, TEXTS, WHOLE, YES_NO, made_key
from workbench.words import zones

FIXTURES = Path(__file__).parent / "fixtures"
_SHARED = Path(__file__).parents[1].parent / "shared" / "data"
_PYTHON = {TEXT: str, INSTANT: datetime, WHOLE: int, YES_NO: bool, TEXTS: list, PAIRS: dict}


def read(source: Source, path: Path, **given) -> tuple[dict[str, list[dict]], Reading]:
    """The rows by table, each of them canonical, and the counts."""
    reading, rows = Reading(**given), defaultdict(list)
    for table, row in source.read(path, reading):
        assert_canonical(table, row)
        rows[table].append(row)
    return rows, reading


def zone_of(reading: Reading, language: str = "en") -> str:
    """What the importer says of the file's time zone and the order of its dates, in words."""
    return zones.told(zones.coded(reading.time_zone), language)


def assert_canonical(table: str, row: dict) -> None:
    columns = {column.name: column for column in TABLES[table].columns}
    assert set(row) <= set(columns), f"{table} has no {set(row) - set(columns)}"
    for column in columns.values():
        value = row.get(column.name)
        if value is None:
            made = column.name == made_key(TABLES[table])
            assert made or not column.required, f"{table}.{column.name} is missing in {row}"
            continue
        assert isinstance(value, _PYTHON[column.type]), f"{table}.{column.name} = {value!r}"
        assert not column.allowed or value in column.allowed, f"{table}.{column.name} = {value!r}"
        if isinstance(value, datetime):
            assert value.tzinfo is None, f"{table}.{column.name} is not naive UTC"
        if isinstance(value, str):
            value.encode()  # half a surrogate pair would fail here, as it would in the store


def shared(name: str) -> Path:
    """A file of the shared real data; the test is skipped where there is none."""
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"the shared real data is not here: {name}")
    return path


def zipped(folder: Path, made: Path, *, top: str = "") -> Path:
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, top + file.relative_to(folder).as_posix())
    return made


def read_damaged(source: Source, whole: bytes, data, folder: Path, *, flips: int = 5, **options) -> None:
    """Cut an export short and flip bits of it, as `data` (of Hypothesis) draws; reading it ends in rows and problems,
    or in an error that names the file."""
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, flips))):
        if cut:
            cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    damaged = folder / "damaged.bin"
    damaged.write_bytes(cut)
    try:
        if source.recognises(damaged):
            read(source, damaged, **options)
    except SourceError as error:
        assert "damaged.bin" in str(error)
