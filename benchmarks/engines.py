"""The same questions, or the same report, on each engine: python scripts/engines.py PYTHON benchmarks/engines.py DIR…

PYTHON is .tools/engines/bin/python, which scripts/engines.py sets up; it starts the servers and says where they are
(WORKBENCH_TEST_…). Each community is exported once; each engine then opens it in a process of its own and asks eight
metrics of its last complete month, twice: the first time all is made, the second time, in another process, what the
engine keeps is found (--runs 1: once). With --report it is the whole `workbench report` (--notebooks FILE: of one
page), whose numbers.json must be DuckDB's.

Processor seconds are of all processes, servers too; memory is the largest sum of their proportional set sizes (PSS),
an idle cluster included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

EIGHT = (
    "dau", "wau", "mau_by_month", "churn_activity", "retention_cohort", "hem_share_10", "first_response_hours",
    "rolling_active",
)  # fmt: skip
SERVERS = {"postgresql": "POSTGRESQL", "spark": "SPARK", "connect": "CONNECT"}


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float, float, str]:
    """Wall and processor seconds, peak megabytes and output of a command, with the servers that started us."""
    family, spent, peak = psutil.Process(os.getppid()), {}, [0.0]
    own = os.getpid()

    def look() -> None:
        total = 0.0
        for one in family.children(recursive=True):
            try:
                if one.pid != own:
                    spent[one.pid] = max(spent.get(one.pid, 0.0), sum(one.cpu_times()[:2]))
                    total += one.memory_full_info().pss
            except psutil.Error:
                continue
        peak[0] = max(peak[0], total)

    look()
    before, peak[0], ended = sum(spent.values()), 0.0, threading.Event()

    def watch() -> None:
        while not ended.wait(0.25):
            look()

    watcher, began = threading.Thread(target=watch), time.perf_counter()
    watcher.start()
    process = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    wall = time.perf_counter() - began
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return wall, sum(spent.values()) - before, peak[0] / 1e6, process.stdout


def questions(folder: Path) -> None:
    """Opening and each question, on the engine of the environment: prints the seconds and what was answered."""
    import workbench
    from workbench import metrics

    began = time.perf_counter()
    with workbench.open(folder) as community:
        walls, answers = {"open": time.perf_counter() - began}, []
        month = community.last_complete_month()
        for name in EIGHT:
            began = time.perf_counter()
            share = name.startswith("hem_share")
            answer = metrics.hem_share(community, month=month, share=0.10) if share else asked(name)(community, month)
            walls[name] = time.perf_counter() - began
            answers.append(json.loads(answer.to_json(orient="split", date_format="iso", double_precision=9)))
    print(json.dumps({"walls": walls, "answers": answers}))


def asked(name: str):
    from workbench import metrics

    return lambda community, month: getattr(metrics, name)(community, month=month)


def urls(lake: Path, cache: Path, only: list[str]) -> dict[str, str]:
    """Engine → URL, of those that are there."""
    found = {"duckdb": "duckdb"}
    for name, variable in SERVERS.items():
        if url := os.environ.get(f"WORKBENCH_TEST_{variable}"):
            found[name] = url if name == "postgresql" else f"{url}&tables={lake}&cache={cache}"
    return {name: url for name, url in found.items() if not only or name in only}


def main(folders: list[Path], only: list[str], report: bool, notebooks: list[str], jobs: str, runs: int) -> None:
    from workbench import export

    for folder in folders:
        with tempfile.TemporaryDirectory() as aside:
            lake, cache = Path(aside, "lake"), Path(aside, "cache")
            export.to_parquet(folder, lake)
            expected = None
            print(f"\n{folder.name}\n{'engine':<12}{'run':<8}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}", flush=True)
            for name, url in urls(lake, cache, only).items():
                if name == "postgresql":
                    export.to_postgresql(folder, url)
                command = [sys.executable, __file__, "--questions", str(folder)]
                if report:
                    out = Path(aside, f"report-{name}")
                    command = [sys.executable, "-m", "workbench", "report", "--quiet", "--community", str(folder),
                               "--out", str(out), "--jobs", jobs, *notebooks]  # fmt: skip
                for run in ("first", "second")[:runs]:
                    wall, spent, peak, told = measured(command, {**os.environ, "WORKBENCH_ENGINE": url})
                    print(f"{name:<12}{run:<8}{wall:>8.1f}{spent:>8.1f}{peak:>9.0f}", flush=True)
                    answer = (out / "numbers.json").read_text() if report else json.loads(told)["answers"]
                    expected = expected or answer
                    if answer != expected:
                        print(f"{name} does not answer as the first engine does", flush=True)
                    if not report:
                        walls = json.loads(told)["walls"]
                        print("  " + ", ".join(f"{key} {value:.2f}" for key, value in walls.items()), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--engines", nargs="+", default=[], help="only these: duckdb postgresql spark connect")
    parser.add_argument("--report", action="store_true", help="the whole report, not eight metrics")
    parser.add_argument("--notebooks", help="with --report: only this notebook or folder")
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--runs", type=int, choices=(1, 2), default=2)
    parser.add_argument("--questions", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.questions:
        questions(given.folders[0])
    else:
        pages = ["--notebooks", given.notebooks] if given.notebooks else []
        main(given.folders, given.engines, given.report, pages, given.jobs, given.runs)
