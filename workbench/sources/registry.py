"""Which importers there are, and which of them reads a file."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from workbench.errors import SourceError
from workbench.sources import Source
from workbench.sources.archive import opened_once

NAMES = (
    "slack", "discord", "telegram", "stackexchange", "discourse", "mattermost", "zulip", "facebook", "mbox", "whatsapp",
    "irc", "identities", "table",
)  # fmt: skip
"""Modules of this package, the most particular format first: a table is recognised last."""
_OTHERWISE = "From any other platform, bring a CSV or Excel table with a header line."
_UNPACK = "\nThere are tables in this archive: unpack it, then import its folder."


def source(name: str) -> Source:
    """The importer of that name."""
    return import_module(f"workbench.sources.{name}").SOURCE


def sources() -> list[Source]:
    """All importers, in the order in which they are asked."""
    return [source(name) for name in NAMES]


def documented() -> list[str]:
    """The names under which `words/sources.toml` tells how to get an export: importers in the order in which they are
    asked, the kinds of tables that are known by their headers before tables of any other kind."""
    from workbench.words import catalogue

    told = [key.split(".")[1] for key in catalogue() if key.startswith("source.") and key.endswith(".title")]
    first = [name for name in NAMES[:-1] if name in told]
    return [*first, *sorted(set(told) - set(NAMES)), *(name for name in NAMES[-1:] if name in told)]


def first(path: Path, among: Iterable[Source]) -> Source | None:
    """The first of some importers that recognises the content."""
    with opened_once():
        return next((candidate for candidate in among if candidate.recognises(path)), None)


def recognise(path: str | Path, *, among: Iterable[Source] | None = None) -> Source:
    """The importer that reads the content of a file or folder."""
    path = Path(path)
    if not path.exists():
        raise SourceError(f"{path} does not exist. Check the name and the folder, then try again.")
    among = sources() if among is None else list(among)
    if found := first(path, among):
        return found
    if path.is_file() and not path.stat().st_size:
        raise SourceError(f"{path} is empty: it holds not one byte. Download or copy the export again, whole.")
    archive = path.suffix.lower() == ".zip" and path.is_file()
    if archive and not is_zipfile(path):
        raise SourceError(f"{path} is no zip archive, or only a part of one. Download or copy the export again, whole.")
    understood = "".join(f"\n  - {candidate.title}" for candidate in among)
    raise SourceError(
        f"{path} is no export that is understood: its content is none of these:{understood}\n"
        + _OTHERWISE
        + (_UNPACK if archive and _tables(path) else "")
    )


def _tables(archive: Path) -> bool:
    try:
        with ZipFile(archive) as opened:
            return any(name.lower().endswith((".csv", ".tsv", ".xlsx", ".ods")) for name in opened.namelist())
    except BadZipFile:
        return False
