"""Puts a finished folder in the place of an older one, so that a reader finds the old one or the new one, whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import SettingsError

OURS = ("report.html", "numbers.json", "actions.xlsx", "manifest.json", "notebooks")


def check(target: Path) -> None:
    """Refuse a place where something else than a report stands: a report replaces the whole folder."""
    _recover(target)
    if target.is_dir() and any(target.iterdir()) and not (target / "manifest.json").is_file():
        raise SettingsError(
            f"{target} holds other files, and a report takes the whole folder. Choose a new or empty one with --out."
        )
    if target.exists() and not target.is_dir():
        raise SettingsError(f"{target} is a file. Choose a folder for the report with --out.")


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` to write in; what is left of it afterwards is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in target.parent.glob(f".{target.name}.*.new"):
        if not _alive(stale.name.removesuffix(".new").rsplit(".", 1)[-1]):
            shutil.rmtree(stale, ignore_errors=True)
    folder = target.parent / f".{target.name}.{os.getpid()}.new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(finished: Path, target: Path) -> None:
    """Move `finished` to `target`. Killed between the two moves, the next `check` brings the older one back."""
    old = _old(target)
    if target.exists():
        os.replace(target, old)
    os.replace(finished, target)
    _recover(target)


def _recover(target: Path) -> None:
    """End a move that was interrupted; files that the manager laid into the older report move along."""
    old = _old(target)
    if not old.is_dir():
        return
    if not target.exists():
        os.replace(old, target)
        return
    for kept in old.iterdir():
        if kept.name not in OURS and not (target / kept.name).exists():
            os.replace(kept, target / kept.name)
    shutil.rmtree(old, ignore_errors=True)


def _old(target: Path) -> Path:
    return target.parent / f".{target.name}.old"


def _alive(process: str) -> bool:
    import psutil

    return process.isdigit() and psutil.pid_exists(int(process))
