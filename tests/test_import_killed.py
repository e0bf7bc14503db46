"""An import killed at any moment leaves a store that opens, and importing again gives what no kill would have given."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_exports import add, content, event, write

from workbench import store

# Runs an import that ends itself, as `kill -9` would, when `moment` is met for the nth time.
CHILD = """
import os, shutil, signal, sys
from pathlib import Path
import fake_exports
from workbench import staging, store

folder, export, moment, count = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def kill(when):
    global count
    if when == moment:
        count -= 1
        if count <= 0:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

def around(owner, name):
    inner = getattr(owner, name)
    def with_kill(*given, **options):
        kill(f"before {name}")
        result = inner(*given, **options)
        kill(f"after {name}")
        return result
    setattr(owner, name, with_kill)

for owner, name in (
    (staging.Staging, "put"), (staging.Staging, "settle"), (store, "_merge"), (store, "_write"), (store, "_sweep"),
    (store, "_put"), (store, "_undo_unfinished"), (os, "replace"), (shutil, "rmtree"),
):
    around(owner, name)
print("ready", flush=True)
fake_exports.add(folder, export)
"""

MOMENTS = [
    ("before _undo_unfinished", 1),
    ("after _put", 2),
    ("before put", 300),
    ("after settle", 1),
    ("before _write", 1),
    ("after _write", 1),
    ("after _write", 3),
    ("after _merge", 5),
    ("before _sweep", 2),
    ("before _put", 3),
    ("before replace", 3),
    ("after _put", 3),
    ("before rmtree", 12),
]


def messages(first: int, last: int, n_chars: int):
    for number in range(first, last):
        at = f"2026-{1 + number % 6:02d}-10T00:00:00"
        yield event(number, at, n_chars=n_chars)
        yield "messages", {"event_id": f"x:{number}", "occurred_at": at, "text": f"text {n_chars}"}
        if number % 40 == 0:
            yield "members", {"member_id": f"x:{number}", "platform": "x", "plan": str(n_chars)}
            yield "payments", {"paid_at": at, "member_id": f"x:{number}", "amount": "2.50", "currency": "EUR"}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A store with one import, a second export that overlaps it, and the store that both make undisturbed."""
    home = tmp_path_factory.mktemp("killed")
    covered = {"platform": "x", "from_at": "2026-01-01T00:00:00"}
    earlier = write(home / "earlier", ("coverage", {**covered, "to_at": "2026-04-01T00:00:00"}), *messages(0, 300, 1))
    later = write(home / "later", ("coverage", {**covered, "to_at": "2026-06-30T00:00:00"}), *messages(150, 500, 2))
    add(home / "before", earlier)
    shutil.copytree(home / "before", home / "both")
    add(home / "both", later)
    add(home / "alone", later)
    return home


def start(folder: Path, export: Path, moment: str, count: int) -> subprocess.Popen:
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(export), moment, str(count)],
        cwd=here,
        env={**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{here.parent}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check(cases: Path, folder: Path, *, fresh: bool) -> None:
    """The store holds what it held before or all of the import, and importing again makes it whole."""
    undisturbed = content(cases / ("alone" if fresh else "both"))
    if fresh and not (folder / "store").exists():
        before = None
    else:
        now = content(folder)
        before = {name: [] for name in now} if fresh else content(cases / "before")
        assert now in (before, undisturbed)
        if now == before and (folder / "store" / store.IMPORTING).exists():
            assert store.interrupted(folder) == "later"
    add(folder, cases / "later")
    assert content(folder) == undisturbed
    assert store.interrupted(folder) is None
    assert not (folder / "store" / "staging").exists()


@pytest.mark.parametrize(("moment", "count"), MOMENTS, ids=[f"{moment} {count}" for moment, count in MOMENTS])
def test_an_import_killed_there_is_made_good_by_importing_again(cases, tmp_path, moment, count):
    folder = tmp_path / "community"
    shutil.copytree(cases / "before", folder)
    child = start(folder, cases / "later", moment, count)
    _, told = child.communicate()
    assert child.returncode != 0, "the moment was never met"
    assert "Error" not in told, told
    check(cases, folder, fresh=False)


@pytest.mark.parametrize(("moment", "count"), [("after _put", 1), ("after _write", 2), ("before _put", 3)])
def test_a_first_import_killed_there_is_made_good_by_importing_again(cases, tmp_path, moment, count):
    folder = tmp_path / "community"
    start(folder, cases / "later", moment, count).communicate()
    check(cases, folder, fresh=True)


@pytest.mark.parametrize("seed", range(3))
def test_an_import_killed_at_random_is_made_good_by_importing_again(cases, tmp_path, seed):
    folder = tmp_path / "community"
    shutil.copytree(cases / "before", folder)
    child = start(folder, cases / "later", "never", 1)
    assert child.stdout.readline().strip() == "ready", child.stderr.read()
    time.sleep(random.Random(seed).uniform(0, 0.4))
    child.kill()
    child.communicate()
    check(cases, folder, fresh=False)


def test_an_import_killed_twice_in_a_row_is_made_good(cases, tmp_path):
    folder = tmp_path / "community"
    shutil.copytree(cases / "before", folder)
    for moment, count in (("after _write", 2), ("after _undo_unfinished", 1), ("after _write", 4)):
        start(folder, cases / "later", moment, count).communicate()
    check(cases, folder, fresh=False)
