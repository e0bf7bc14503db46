"""Damaged exports end in rows and problems or in a clear error: a small slice of `benchmarks/fuzz_imports.py`."""

import os
import sys
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import fuzz_seeds
from fuzz_imports import Outcome, judge, run, tried

from workbench.errors import SourceError
from workbench.sources import Source, registry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and time are set as Linux has them")
INPUTS = 200


@pytest.fixture(scope="module")
def outcomes():
    """From a process of its own, as some damage might take this one down; no real exports, so always the same."""
    attempt = partial(tried, seed=2, real=False, seconds=20.0, keep=None)
    return run(attempt, list(range(1, INPUTS + 1)), workers=1, wall_seconds=300.0)


def test_no_damage_ends_in_a_traceback_a_hang_a_stray_file_or_too_much_memory(outcomes):
    assert len(outcomes) == INPUTS
    told = [f"{one.number}: {one.ended} · {one.done}\n{one.why}" for one in outcomes if one.failed]
    assert not told, "\n".join(["repeat: fuzz_imports.py --bundled --seed 2 --only NUMBER", *told])


def test_the_damage_is_neither_so_slight_nor_so_great_that_it_proves_nothing(outcomes):
    """Inputs that no importer recognises, or that are all read whole, would pass the test above."""
    read_by = {name for one in outcomes for name in one.source.split()}
    assert read_by == set(registry.NAMES)
    assert {one.format for one in outcomes} == set(fuzz_seeds.FORMATS)
    assert sum(one.rows > 0 for one in outcomes) > INPUTS / 4
    assert sum(one.problems > 0 for one in outcomes) > INPUTS / 8
    assert sum(one.ended == "refused" for one in outcomes) > INPUTS / 8


def test_every_seed_of_a_format_is_read_by_its_importer_before_it_is_damaged(tmp_path):
    whole = [seed for seed in fuzz_seeds.seeds(real=False) if "/" not in seed.name or seed.name.startswith("sample/")]
    for number, seed in enumerate(whole):
        given = tmp_path / str(number) / "export"
        for name, data in seed.files.items():
            (given / name).parent.mkdir(parents=True, exist_ok=True)
            (given / name).write_bytes(data)
        outcome = Outcome(number, "rows")
        judge(given, outcome, seconds=60.0)
        named = {"known": "table", "identities": "identities"}.get(seed.format, seed.format)
        assert named in outcome.source.split() and outcome.rows, f"{seed.name}: {outcome}"


# The judge itself


def odd(number: int) -> Outcome:
    if number == 1:
        os._exit(1)
    return Outcome(number, "rows", rows=len(bytearray(3 << 30)) if number == 2 else 0)


def test_a_process_that_dies_or_takes_too_much_memory_is_a_failure_and_the_next_input_is_still_tried():
    ended = [one.ended for one in run(odd, [1, 2, 3], workers=1, wall_seconds=300.0)]
    assert ended == ["process: it died", "process: it died", "rows"]


def _steps(tmp_path, monkeypatch, read, seconds=5.0):
    (tmp_path / "given").mkdir()
    path = tmp_path / "given" / "export"
    path.write_text("x")
    source = Source("made", "", lambda path: True, read)
    monkeypatch.setattr(registry, "sources", lambda: [source])
    outcome = Outcome(1, "rows")
    judge(path, outcome, seconds=seconds)
    return outcome


def _fails(path, reading):
    yield {}["what a traceback begins with"]


def _misfits(path, reading):
    yield "members", {"member_id": 3, "platform": "x"}


def _writes_beside(path, reading):
    (path.parent / "left").write_text("x")
    yield from ()


def _writes_elsewhere(path, reading):
    (path.parent.parent / "left").write_text("x")
    yield from ()


def _reads_the_secret(path, reading):
    (path.parent.parent / "secret.txt").open()
    yield from ()


def _runs(path, reading):
    os.system("true")
    yield from ()


def _hangs(path, reading):
    while True:
        pass
    yield


def _swallows(path, reading):
    try:
        raise MemoryError
    except MemoryError as error:
        raise SourceError("It may be damaged.") from error
    yield


@pytest.mark.parametrize(
    ("read", "ended"),
    [
        (_fails, "exception: KeyError"), (_misfits, "exception: _Misfit"), (_writes_beside, "files: written beside"),
        (_writes_elsewhere, "exception: Outside"), (_reads_the_secret, "exception: Outside"),
        (_runs, "exception: Outside"), (_swallows, "memory: over the limit, told as damage"),
    ],
)  # fmt: skip
def test_the_judge_finds_what_an_importer_must_not_do(tmp_path, monkeypatch, read, ended):
    outcome = _steps(tmp_path, monkeypatch, read)
    assert outcome.failed and outcome.ended.startswith(ended)


def test_the_judge_ends_an_importer_that_hangs(tmp_path, monkeypatch):
    assert _steps(tmp_path, monkeypatch, _hangs, seconds=0.2).ended == "time: more than 0.2 s"


def test_the_judge_lets_pass_rows_and_clear_errors(tmp_path, monkeypatch):
    def refuses(path, reading):
        yield "members", {"member_id": "x:1", "platform": "x"}
        raise SourceError("The file ends too early: fetch it again.")

    outcome = _steps(tmp_path, monkeypatch, refuses)
    assert (outcome.ended, outcome.rows, outcome.failed) == ("refused", 1, False)
