"""Zips, JSON and CSV with the same bytes every time: sorted names, one date, no trace of the machine."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

_DATE = (2026, 11, 1, 6, 0, 0)


def write_zip(path: Path, contents: dict[str, bytes]) -> None:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w") as made:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, date_time=_DATE)
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            made.writestr(info, contents[name], compresslevel=9)


def as_json(value, *, indent: int | None = None) -> bytes:
    """JSON in UTF-8, keys in the order given."""
    separators = (",", ":") if indent is None else (",", ": ")
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode("utf-8")


def as_csv(headers: Sequence[str], rows: Iterable[Sequence], *, delimiter: str = ",", mark: bool = False) -> bytes:
    """A CSV with headers; with `mark`, the byte-order mark that Excel writes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if mark else "\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")
