"""Seconds and peak memory of a whole monthly report by size: python benchmarks/report.py --events 10000 1000000

Each size is made by `generate.py`, then reported twice: the first time the roll-ups and themes are made, the second
they are there. Peak memory is the proportional set size (PSS) of the whole process tree, sampled.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from generate import LAST_MONTH, generate


def measure(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of a command and its children."""
    start = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak, spent = [0], {}

    def watch() -> None:
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for one in [process, *process.children(recursive=True)]:
                try:
                    total += one.memory_full_info().pss
                    spent[one.pid] = sum(one.cpu_times()[:2])
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], total)
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    wall = time.perf_counter() - start
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return wall, sum(spent.values()), peak[0] / 1e6


def main(sizes: list[int], folder: Path) -> None:
    print(f"{'events':>12} {'run':>7} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for events in sizes:
        community = folder / str(events)
        if not (community / "community.toml").exists():
            generate(community, events)
        shutil.rmtree(community / "cache", ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "workbench",
            "report",
            "--community",
            str(community),
            "--month",
            LAST_MONTH,
            "--quiet",
        ]
        for run in ("first", "second"):
            wall, spent, peak = measure(command)
            print(f"{events:>12,} {run:>7} {wall:>8.1f} {spent:>8.1f} {peak:>8.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the communities are kept; default: a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        main(given.events, given.folder or Path(temporary))
