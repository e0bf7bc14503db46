"""What is damaged in `fuzz_imports.py`: the fixtures, the sample and, where they are there, slices of real exports."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
SAMPLE = ROOT / "data" / "sample" / "garden"
SHARED = ROOT.parent / "shared" / "data"
LARGEST = 40_000
"""Bytes of a file: what is more is cut off at the end of a record, so that many inputs can be tried."""
RECORDS = 25
LEFT_OUT = {"expected.json", "target.json", "truth.json"}
FORMATS = (
    "known", "table", "identities", "slack", "discord", "discourse", "stackexchange", "telegram", "mattermost", "zulip",
    "facebook", "mbox", "whatsapp", "irc",
)  # fmt: skip
ALONE = {"discord", "telegram", "mattermost", "mbox", "whatsapp", "known", "irc"}
"""Formats of which a file alone is an export."""
_PICTURES = {".jpg"}
_WHOLE = (".parquet", ".gz", ".xlsx", ".jpg")


@dataclass(frozen=True)
class Seed:
    """An export before it is damaged: its files by name. Each `format` is damaged as often as the others."""

    format: str
    name: str
    files: dict[str, bytes]


def seeds(*, real: bool) -> list[Seed]:
    """All seeds, in a fixed order; with `real`, those of ../shared/data too, where that folder is there."""
    found = [*_fixtures(), *_made(), *_sample()]
    return found + ([*_real()] if real and SHARED.is_dir() else [])


def _fixtures() -> Iterator[Seed]:
    folders = {path for path in [*FIXTURES.glob("*"), *FIXTURES.glob("*/*")] if path.is_dir()}
    for folder in sorted(folders):
        name = folder.relative_to(FIXTURES).as_posix()
        if name in ("slack", "discord", "discourse", "facebook", "stackexchange", "zulip", "irc") or "/" in name:
            yield Seed(_format(name), name, _folder(folder))
    for file in sorted(FIXTURES.rglob("*")):
        name = file.relative_to(FIXTURES).as_posix()
        if file.is_file() and _format(name) in ALONE | {"table"} and file.suffix not in _PICTURES:
            yield Seed(_format(name), name, {file.name: file.read_bytes()})


def _format(name: str) -> str:
    """The format that a name tells.

    >>> _format("conversation/whatsapp/ios-de.txt"), _format("slack-10academy.zip"), _format("irc-qtox.zip")
    ('whatsapp', 'slack', 'irc')
    """
    return next((one for one in FORMATS if one in name.lower()), "others")


def _made() -> Iterator[Seed]:
    """What no fixture shows: tables as Excel saves them, the identity map."""
    from openpyxl import Workbook

    rows = (("person", "account", "accept"), ("Ana", "slack:U1", "yes"), ("slack:U1", "discord:7", "no"))
    yield Seed("identities", "made/identities.csv", {"identities.csv": "\n".join(map(",".join, rows)).encode()})
    posts = (("member_id", "occurred_at", "kind", "text"), ("ana", "2026-10-05 12:00", "post", "=1+1"))
    for name, lines in (("identities", rows), ("table", posts)):
        book, made = Workbook(), BytesIO()
        for line in lines:
            book.active.append(line)
        book.save(made)
        yield Seed(name, f"made/{name}.xlsx", {f"{name}.xlsx": made.getvalue()})


def _sample() -> Iterator[Seed]:
    for file in sorted(SAMPLE.glob("*.zip")):
        yield _zip(file, f"sample/{file.name}")
    for file in sorted(SAMPLE.glob("*.txt")):
        yield Seed("whatsapp", "sample/whatsapp", {file.name: sliced(file.name, file.read_bytes())})
    tables = _folder(SAMPLE / "tables")
    for name in tables:
        if name.endswith(".csv"):
            there = {one: tables[one] for one in (name, f"{name}.mapping.toml") if one in tables}
            yield Seed("table", f"sample/{name}", there)


def _real() -> Iterator[Seed]:
    for file in sorted(SHARED.rglob("*")):
        if not file.is_file() or file.name in LEFT_OUT or file.suffix == ".md":
            continue
        name = file.relative_to(SHARED).as_posix()
        if file.suffix == ".zip":
            yield _zip(file, name)
        else:
            kind = _format(name) if _format(name) in ALONE else "others"
            yield Seed(kind, f"shared/{name}", {file.name: sliced(file.name, file.read_bytes())})


def _folder(folder: Path) -> dict[str, bytes]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name not in LEFT_OUT)
    return {file.relative_to(folder).as_posix(): sliced(file.name, file.read_bytes()) for file in files}


def _zip(path: Path, name: str) -> Seed:
    """The archive's first files, and two from its middle."""
    with zipfile.ZipFile(path) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
        lists = [one for one in names if "/" not in one][:6]
        taken = dict.fromkeys([*lists, *names[:5], *names[len(names) // 2 :][:2]])
        return Seed(_format(name), name, {one: sliced(one, archive.read(one)) for one in taken})


def sliced(name: str, data: bytes) -> bytes:
    """The beginning of a file, so that it is still whole."""
    if len(data) <= LARGEST or name.endswith(_WHOLE):
        return data
    kind = PurePosixPath(name).suffix
    return _CUT.get(kind, _lines)(data)


def _lines(data: bytes) -> bytes:
    return data[: data.rindex(b"\n", 0, LARGEST) + 1] if b"\n" in data[:LARGEST] else data[:LARGEST]


def _json(data: bytes) -> bytes:
    try:
        return json.dumps(_fewer(json.loads(data)), ensure_ascii=False).encode()
    except ValueError:
        return _lines(data)


def _fewer(value):
    if isinstance(value, list):
        return [_fewer(one) for one in value[:RECORDS]]
    return {key: _fewer(one) for key, one in value.items()} if isinstance(value, dict) else value


def _xml(data: bytes) -> bytes:
    return _lines(data) + b"</" + re.search(rb"<(\w+)", data)[1] + b">"


_CUT: dict[str, Callable[[bytes], bytes]] = {".json": _json, ".xml": _xml}
