"""Damages exports of all formats and imports them: python benchmarks/fuzz_imports.py --inputs 10000 --seed 1

Each input must end in rows and problems or in a `WorkbenchError`. What else can happen is a failure: another exception,
a row that fits no canonical table, more than --seconds of processor time, more than 1 GB of memory, a file written or
read outside the input's own folder, a subprocess or a connection. Input N of a seed is always the same: `--only N`
repeats it. Failures are kept in the folder --keep, each with the damaged export and a `why.txt`.
"""

import argparse
import gc
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import sysconfig
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random

MEMORY = 1 << 30
SECRET = "what only a file outside of the export says"
TOO_LONG = ("is empty or longer than a key may be", "the row is larger than 16 MB")
STORED = 40
"""One input in so many is taken through the store as `workbench import` does it, which costs more than all else."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
_NEVER = {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"}


@dataclass
class Outcome:
    """How an input ended: "rows", "refused" or, in words, what went wrong."""

    number: int
    ended: str
    why: str = ""
    format: str = ""
    """What it was before it was damaged."""
    done: str = ""
    """The seed and what was done to it."""
    source: str = ""
    rows: int = 0
    problems: int = 0
    peak_mb: int = 0

    @property
    def failed(self) -> bool:
        return self.ended not in ("rows", "refused")


class OutOfTime(BaseException):
    """No `Exception`, so that no importer takes it for damage."""


class Outside(BaseException):
    """Something was touched that is no business of an import."""


# One input


def tried(number: int, *, seed: int, real: bool, seconds: float, keep: Path | None) -> Outcome:
    """Make input `number`, import it and judge how that ended."""
    from fuzz_mutations import mutated

    chance, seeds = Random(f"{seed} {number}"), _seeds(real)
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        given = Path(folder).resolve() / "given"
        given.mkdir()
        (given.parent / "secret.txt").write_text(SECRET)
        one = chance.choice(seeds[chance.choice(sorted(seeds))])
        outcome = Outcome(number, "rows", format=one.format, done=one.name)
        try:
            path, done = mutated(one, [other for some in seeds.values() for other in some], chance, given)
        except Exception:
            outcome.ended, outcome.why = "script: no input could be made", traceback.format_exc()
            return outcome
        outcome.done += f": {', '.join(done)}"
        judge(path, outcome, seconds=seconds, stored=number % STORED == 0)
        if outcome.failed and keep:
            kept(outcome, given, keep)
    return outcome


def judge(path: Path, outcome: Outcome, *, seconds: float, stored: bool = False) -> None:
    """Import `path` and write into `outcome` how that ended."""
    from workbench.errors import WorkbenchError

    before = sorted(path.parent.parent.rglob("*"))
    start_mb = _peak_mb(anew=True)
    try:
        with _Watched(path.parent, seconds):
            _import(path, outcome, stored)
    except WorkbenchError as error:
        outcome.ended, outcome.why = "refused", str(error)
        if any(isinstance(cause, MemoryError) for cause in _causes(error)):
            outcome.ended = "memory: over the limit, told as damage"
        elif not outcome.why.strip() or "Traceback" in outcome.why or SECRET in outcome.why:
            outcome.ended = "message: says nothing, or too much"
    except MemoryError:
        outcome.ended, outcome.why = "memory: over the limit", traceback.format_exc()
    except OutOfTime:
        outcome.ended, outcome.why = f"time: more than {seconds} s", traceback.format_exc()
    except BaseException as error:
        outcome.ended, outcome.why = f"exception: {type(error).__name__}", traceback.format_exc()
    outcome.peak_mb = _peak_mb() - start_mb
    new = {
        file.relative_to(path.parent.parent).as_posix() for file in path.parent.parent.rglob("*") if file not in before
    }
    new = {name for name in new if not re.fullmatch(r"given/.*\.mapping\.toml|given/store(/.*)?", name)}
    if not outcome.failed and new:
        outcome.ended, outcome.why = "files: written beside the export", ", ".join(sorted(new))
    elif not outcome.failed and outcome.peak_mb > MEMORY >> 20:
        outcome.ended = f"memory: {outcome.peak_mb} MB"


def _import(path: Path, outcome: Outcome, stored: bool) -> None:
    """As `workbench import` does: recognise what lies there, then read each export."""
    from workbench import staging, store
    from workbench.sources import Reading
    from workbench.sources.gather import gather

    for export, source in gather([path]).exports:
        outcome.source = f"{outcome.source} {source.name}".strip()
        if stored:
            receipt = store.add(path.parent / "store", source, export, timezone="Europe/Paris")
            outcome.rows += sum(receipt.read.values())
            continue
        for name, row in source.read(export, Reading(timezone="Europe/Paris")):
            try:
                line = staging._line(name, row)
            except (
                staging._Misfit
            ) as misfit:  # the store makes a problem of it; more than that is an importer's mistake
                if not str(misfit).endswith(TOO_LONG):
                    raise
                name, line = "problems", b""
            if SECRET.encode() in line:
                raise Outside(f"{name} holds what a file outside of the export says")
            if name == "problems":
                outcome.problems += 1
            else:
                outcome.rows += 1


class _Watched:
    """While an input is imported: its processor time, and what it touches."""

    def __init__(self, folder: Path, seconds: float):
        self.folder, self.seconds = str(folder), seconds

    def __enter__(self) -> None:
        global _allowed
        _listen()
        _allowed = self.folder
        signal.signal(signal.SIGPROF, _too_long)
        signal.setitimer(signal.ITIMER_PROF, self.seconds)

    def __exit__(self, *_) -> None:
        global _allowed
        signal.setitimer(signal.ITIMER_PROF, 0)
        _allowed = None


_allowed: str | None = None


def _too_long(*_) -> None:
    raise OutOfTime


@cache
def _listen() -> None:
    """Begin to hear what the interpreter tells about files, processes and connections."""
    sys.addaudithook(_heard)


def _heard(event: str, args: tuple) -> None:
    if _allowed is None:
        return
    if event in _NEVER:
        raise Outside(f"{event} {args}")
    if event == "open" and isinstance(args[0], str | bytes):
        place = os.path.realpath(os.fsdecode(args[0]))
        if place.startswith(_allowed):
            return
        if (args[2] or 0) & _WRITES and place != os.devnull:
            raise Outside(f"written: {place}")
        if not place.startswith(_own_places()):
            raise Outside(f"read: {place}")
    elif event in _CHANGES and isinstance(args[0], str | bytes):
        beside = f"/proc/self/fd/{args[-1]}" if isinstance(args[-1], int) and args[-1] >= 0 else ""
        if not os.path.realpath(os.path.join(beside, os.fsdecode(args[0]))).startswith(_allowed):
            raise Outside(f"{event} {args}")


@cache
def _own_places() -> tuple[str, ...]:
    """Where modules, time zones and the words of the package are read from, and what the system tells of itself."""
    import workbench

    paths = {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, *workbench.__path__}
    return (*sorted(os.path.realpath(path) for path in paths), "/usr/share/zoneinfo", "/proc/", "/sys/", "/dev/")


def _causes(error: BaseException | None):
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _peak_mb(*, anew: bool = False) -> int:
    """The peak of this process's resident memory; `anew` sets it back to what is held now."""
    if anew:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) >> 10


@cache
def _seeds(real: bool) -> dict[str, list]:
    """By format, so that each is damaged as often as the others, however many seeds it has."""
    from fuzz_seeds import seeds

    found: dict[str, list] = {}
    for seed in seeds(real=real):
        found.setdefault(seed.format, []).append(seed)
    return found


def kept(outcome: Outcome, given: Path, keep: Path) -> None:
    """The damaged export, and why it is kept."""
    place = keep / str(outcome.number)
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(given, place / "given", symlinks=True, ignore=shutil.ignore_patterns("store"))
    (place / "why.txt").write_text(f"{outcome.ended}\n{outcome.done}\n\n{outcome.why}\n", "utf-8", "replace")


# Many inputs


@dataclass
class _Worker:
    """A process that imports one input after the other; killed when it hangs, begun anew when it dies."""

    attempt: Callable[[int], Outcome]
    number: int | None = None
    since: float = 0.0
    pipe: Connection = field(init=False)
    process: multiprocessing.Process = field(init=False)

    def start(self) -> None:
        spawn = multiprocessing.get_context("spawn")  # no threads or open files of the parent
        self.pipe, other = spawn.Pipe()
        self.process = spawn.Process(target=_work, args=(other, self.attempt), daemon=True)
        self.process.start()
        other.close()

    def give(self, number: int) -> None:
        self.number, self.since = number, time.monotonic()
        self.pipe.send(number)

    def lost(self, ended: str) -> Outcome:
        outcome = Outcome(
            self.number, ended, "no traceback: the process was ended or ended by itself", format="unknown"
        )
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.start()
        return outcome


def _work(pipe: Connection, attempt: Callable[[int], Outcome]) -> None:
    _warm()
    gc.collect()
    gc.freeze()
    held = int(re.search(r"VmSize:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) << 10
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY + (MEMORY >> 2),) * 2)  # a little more is mapped than used
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    while True:
        pipe.send(attempt(pipe.recv()))


def _warm() -> None:
    """Load what every import needs and start the store's threads, so that the limit of memory counts inputs alone."""
    import deltalake  # noqa: F401
    import python_calamine  # noqa: F401

    from workbench import store
    from workbench.sources import Source

    row = {"member_id": "x:1", "platform": "x"}
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        (Path(folder) / "x").write_text("x")
        source = Source("x", "", lambda path: True, lambda path, reading: iter([("members", row)]))
        store.add(Path(folder) / "store", source, Path(folder) / "x")


def run(
    attempt: Callable[[int], Outcome],
    numbers: list[int],
    *,
    workers: int,
    wall_seconds: float,
    told=lambda outcome: None,
) -> list[Outcome]:
    """Each number's outcome, from processes of their own. One that says nothing for `wall_seconds` is killed."""
    waiting, outcomes = numbers[::-1], []
    team = [_Worker(attempt) for _ in range(workers)]
    for worker in team:
        worker.start()
        if waiting:
            worker.give(waiting.pop())
    with suppress(KeyboardInterrupt):  # what was tried until then is told
        while busy := {worker.pipe: worker for worker in team if worker.number is not None}:
            ready = wait([*busy, *(worker.process.sentinel for worker in busy.values())], timeout=1)
            for pipe, worker in busy.items():
                outcome = None
                if pipe in ready:
                    try:
                        outcome = pipe.recv()
                    except EOFError:
                        outcome = worker.lost("process: it died")
                elif time.monotonic() - worker.since > wall_seconds:
                    outcome = worker.lost(f"time: nothing heard for {wall_seconds} s")
                if outcome:
                    outcomes.append(outcome)
                    told(outcome)
                    worker.number = None
                    if waiting:
                        worker.give(waiting.pop())
    for worker in team:
        worker.process.kill()
        worker.process.join()
    return sorted(outcomes, key=lambda outcome: outcome.number)


def summary(outcomes: list[Outcome]) -> str:
    """A line for each format, then what failed."""
    titles = ("inputs", "recognised", "with rows", "problems", "refused", "failed", "peak MB")
    lines = [f"{'format':<14}" + "".join(f"{title:>11}" for title in titles)]
    formats = sorted({outcome.format for outcome in outcomes})
    for name in (*formats, "all"):
        some = [outcome for outcome in outcomes if name in ("all", outcome.format)]
        counts = (
            len(some), sum(bool(one.source) for one in some), sum(one.rows > 0 for one in some),
            sum(one.problems > 0 for one in some), sum(one.ended == "refused" for one in some),
            sum(one.failed for one in some), max((one.peak_mb for one in some), default=0),
        )  # fmt: skip
        lines.append(f"{name:<14}" + "".join(f"{count:>11,}" for count in counts))
    for ended, times in Counter(one.ended for one in outcomes if one.failed).most_common():
        some = [one.number for one in outcomes if one.ended == ended]
        lines.append(f"{ended}: {times}, inputs {', '.join(map(str, some[:12]))}")
    return "\n".join(lines)


def main(given: argparse.Namespace) -> int:
    from tqdm import tqdm

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    numbers = given.only or list(range(given.first, given.inputs))
    attempt = partial(tried, seed=given.seed, real=not given.bundled, seconds=given.seconds, keep=given.keep)
    began = time.perf_counter()
    with tqdm(total=len(numbers), unit=" inputs", mininterval=1) as progress:

        def told(outcome: Outcome) -> None:
            progress.update()
            if outcome.failed:
                progress.write(f"{outcome.number}: {outcome.ended} · {outcome.done}")

        outcomes = run(attempt, numbers, workers=given.workers, wall_seconds=given.seconds * 10, told=told)
    print(summary(outcomes))
    print(f"{len(outcomes):,} inputs, seed {given.seed}, {time.perf_counter() - began:.0f} s")
    failed = [outcome for outcome in outcomes if outcome.failed]
    if failed:
        options = " --bundled" * given.bundled
        print(f"Failures are in {given.keep}. Repeat: {Path(__file__).name} --seed {given.seed}{options} --only NUMBER")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="begin with this input")
    parser.add_argument("--only", type=int, nargs="+", help="these inputs of the seed")
    parser.add_argument("--bundled", action="store_true", help="without the real exports of ../shared/data")
    parser.add_argument("--seconds", type=float, default=20.0, help="processor time of one input")
    parser.add_argument("--workers", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    sys.exit(main(parser.parse_args()))
