"""What every count of a monthly report costs, by size: python benchmarks/counts.py DIR…

For each community that `generate.py` made: opening it with empty caches and again with the roll-ups in place, then
every metric that numbers.json and the report's notebooks ask, one after the other in one process. Processor seconds of
all threads, seconds, and the peak of resident memory, which is set back before each question. Not asked: estimates
(themes, their texts), which are no counts. The sums tell opening and counts of the month from the trends, which ask for
thirteen months; "made" is the first time after an import, "kept" a later one without the answers that are kept,
"answered" with them, as for a report made again.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from generate import peak_mb

import workbench
from workbench import metrics
from workbench.report import notebooks, numbers

NO_COUNTS = {"themes_covered_share", "feedback_texts", "sentiment_texts"}


def asked() -> tuple[list[str], list[str]]:
    """The metrics of a report, and those of them that it asks for thirteen months."""
    code = "\n".join(
        cell.source
        for file in notebooks.listed(notebooks.folder())
        for cell in notebooks.read(file).cells
        if cell.cell_type == "code"
    )
    once = set(re.findall(r"metrics\.(\w+)\(", code)) | {
        numbers.ANSWERED_BY.get(one, one) for one in numbers.contract()
    }
    over_months = set(re.findall(r"metrics\.trend\(\s*metrics\.(\w+)", code))
    return sorted((once | over_months) - NO_COUNTS - {"trend"}), sorted(over_months)


def measured(what: Callable):
    """The answer with processor seconds, seconds and peak megabytes."""
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back
    spent, began = time.process_time(), time.perf_counter()
    answer = what()
    spent, began = time.process_time() - spent, time.perf_counter() - began
    return answer, {"cpu_s": round(spent, 3), "wall_s": round(began, 3), "peak_mb": peak_mb()}


def questions(folder: Path) -> list[dict]:
    """Opening the community, then each question, in this process."""
    community, cost = measured(lambda: workbench.open(folder))
    month = community.last_complete_month()
    found = [{"question": "open", **cost}]
    once, over_months = asked()
    rows = {}
    for name in once:
        function = getattr(metrics, name)
        options = {"share": 0.10} if name == "hem_share" else {}
        answer, cost = measured(lambda ask=function, given=options: ask(community, month=month, **given))
        rows[name] = len(answer)
        found.append({"question": name, **cost})
        print(name, cost, file=sys.stderr, flush=True)
    for name in (name for name in over_months if rows[name] == 1):
        function = getattr(metrics, name)
        column = {"column": "gini_contributors"} if name == "gini" else {}
        _, cost = measured(lambda ask=function, given=column: metrics.trend(ask, community, month=month, **given))
        found.append({"question": f"trend({name})", **cost})
        print(f"trend({name})", cost, file=sys.stderr, flush=True)
    community.close()
    return found


def opening(folder: Path) -> list[dict]:
    _, cost = measured(lambda: workbench.open(folder).close())
    return [{"question": "open", **cost}]


def apart(what: Callable, folder: Path) -> list[dict]:
    """The same in a process of its own, so that nothing is warm that a report would find cold."""
    command = [sys.executable, __file__, "--only", what.__name__, str(folder)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main(folders: list[Path], results: Path | None) -> None:
    """Prints the tables; `results` gets the sums, a line of JSON a community, for growth.py."""
    for folder in folders:
        shutil.rmtree(folder / "cache", ignore_errors=True)
        (first,) = apart(opening, folder)
        rows = [{**first, "question": "open, empty cache"}, *apart(questions, folder)]
        shutil.rmtree(folder / "cache" / "tables" / "answers", ignore_errors=True)
        again = apart(questions, folder)
        answered = apart(questions, folder)
        print(f"\n{folder.name}\n{'question':<36}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'again CPU s':>13}")
        later = {row["question"]: row["cpu_s"] for row in again}
        for row in rows:
            told = later.get(row["question"], "")
            print(f"{row['question']:<36}{row['cpu_s']:>9}{row['wall_s']:>9}{row['peak_mb']:>9}{told:>13}")
        sums = {"name": folder.name, "rollups": first["cpu_s"]}
        for title, some in (("made", rows[1:]), ("kept", again), ("answered", answered)):
            trends = sum(row["cpu_s"] for row in some if row["question"].startswith("trend("))
            total = sum(row["cpu_s"] for row in some)
            peak = max(row["peak_mb"] for row in some)
            sums |= {
                f"counts_{title}": round(total - trends, 1),
                f"trends_{title}": round(trends, 1),
                f"mb_{title}": peak,
            }
        print(json.dumps(sums), flush=True)
        if results:
            with results.open("a") as file:
                print(json.dumps(sums), file=file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--only", choices=["opening", "questions"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps({"opening": opening, "questions": questions}[given.only](given.folders[0])))
    else:
        main(given.folders, given.results)
