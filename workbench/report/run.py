"""One month's report: notebooks side by side, then page, numbers, lists and manifest, put in place together."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.engine import Community, open_community
from workbench.errors import NotebookError, SettingsError, StoreError
from workbench.period import Month
from workbench.report import kernels, manifest, notebooks, numbers, page, place, workbook
from workbench.words import month_name, say, text

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Failure:
    """A notebook that did not run to its end: `cell` is the position in it, `number` counts code cells from 1."""

    file: str
    notebook: "NotebookNode"
    cell: int
    number: int
    line: str
    error: str


def make(
    folder: Path,
    *,
    month: str | None,
    language: str | None,
    out: Path | None,
    jobs: int | None,
    notebooks: Path | None,
    parameters: dict,
    progress: bool,
) -> Path:
    """See `workbench.report.make`."""
    if jobs is not None and jobs < 1:
        raise SettingsError(f"--jobs {jobs} is not possible; give a number from 1 on.")
    if language is not None:
        text("page.kind", language)  # refuses another language at once
    threads = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    try:
        # The preloaded process starts in the background; opening the community takes as long.
        with kernels.ready() as manager, _open(folder, progress) as community:
            if doubt := community.other_than_its_store():
                print(f"! {doubt}", file=sys.stderr)
            return _make(community, manager, threads, month, language, out, notebooks, parameters, progress)
    finally:
        threads.shutdown(cancel_futures=True)


def _make(community, manager, threads, month, language, out, given, parameters, progress) -> Path:
    from workbench import metrics

    month = _month(community, month)
    metrics.goals(community, month=month)  # refuses a goal for something that is no number
    _warn_of_unknown_people(community, month)
    language = language or community.settings.language
    target = (out or community.folder / "reports" / str(month)).resolve()
    place.check(target)
    files = notebooks.listed(given or notebooks.folder())
    sources = {file.name: notebooks.read(file) for file in files}
    own = notebooks.chosen(parameters, sources)
    values = {"folder": str(community.folder), "month": str(month), "language": language, **own}
    prepared = {name: _prepared(name, notebook, values) for name, notebook in sources.items()}

    with place.aside(target) as work, _bar(prepared.values(), progress) as bar:
        running = [
            threads.submit(_execute, name, notebook, manager, work, bar.update) for name, notebook in prepared.items()
        ]
        early = [one for one in numbers.everything() if one not in numbers.LATE]
        collected = numbers.collect(community, month=month, language=language, ids=early)
        failures = [failure for done in as_completed(running) if (failure := done.result())]
        if failures:
            raise _failed(failures, target, language)
        collected |= numbers.collect(community, month=month, language=language, ids=numbers.LATE)
        found = numbers.document(community, collected, month=month)
        lists = action_lists(community, month=month, language=language)
        values["folder"] = _relative(community.folder, target / "notebooks")
        executed = {
            name: notebooks.normalised(notebooks.filled(notebook, values)) for name, notebook in prepared.items()
        }
        _write(work, community, executed, found, lists, month, language)
        kept = manifest.collect(
            community,
            month=month,
            language=language,
            parameters=own,
            notebooks=files,
            made=[work / "report.html", work / "numbers.json", work / "actions.xlsx"],
        )
        (work / "manifest.json").write_text(manifest.written(kept), encoding="utf-8", newline="\n")
        place.put(work, target)
        _remove_failed(target)
    return target / "report.html"


def _warn_of_unknown_people(community: Community, month: Month) -> None:
    sql = "SELECT member_id FROM overrides WHERE member_id NOT IN (SELECT member_id FROM accounts) ORDER BY member_id"
    unknown = community.run(sql, month=month)["member_id"].tolist()
    if unknown:
        print(
            f"! [people] in community.toml names accounts that no export knows: {', '.join(map(ascii, unknown[:10]))}. "
            "`workbench check --members` lists the member_ids.",
            file=sys.stderr,
        )


def action_lists(community: Community, *, month: Month, language: str) -> "dict[str, pd.DataFrame]":
    """The lists of people to contact and of feedback to pass on: title → frame."""
    from workbench import actions, metrics, models

    asked = (
        "at_risk", "hem_changes", "unanswered", "unwelcomed", "open_loops", "role_candidates", "top_contributors",
        "absence_factor", "quiet_spells", "spam_suspects", "open_incidents", "third_offences",
    )  # fmt: skip
    frames = {name: getattr(metrics, name)(community, month=month) for name in asked}
    texts = metrics.feedback_texts(community, month=month)
    themes = models.community_themes(community, texts)
    months = metrics.covered_months(community, month=month)["month"]
    trend = models.theme_trend(texts, themes, month=month, covered_months=months)
    frames["themes"] = models.theme_table(themes, trend, teams=community.settings.teams)
    return actions.lists(settings=community.settings, language=language, **frames)


def _open(folder: Path, progress: bool) -> Community:
    from tqdm import tqdm

    with tqdm(desc="months", unit=" months", leave=False, disable=None if progress else True) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return open_community(folder, progress=told)


def _month(community: Community, given: str | None) -> Month:
    """The month asked for, or the last one wholly covered; without activity, the last with answers or payments."""
    if community.first_day is None:
        last = _last_answer_or_payment(community)
        if last is None:
            raise StoreError(
                f"{community.folder} holds no activity yet, so there is no month to report on. "
                f"Import an export first: workbench import FILE --community {community.folder}"
            )
        month = Month.parse(given or last)
        print(f"! no activity is in the data, only answers, payments or posts on networks: {month} has the numbers "
              "that can be had of those", file=sys.stderr)  # fmt: skip
        return month
    covered = f"The data covers {community.first_day} to {community.last_day}."
    if given is None:
        month = community.last_complete_month()
        if month is None:
            raise SettingsError(
                f"no month is wholly covered. {covered} Choose a partial one: --month {Month.parse(community.last_day)}"
            )
        _warn_of_an_almost_empty_month(community, month)
        return month
    month = Month.parse(given)
    if month.end <= community.first_day or month.start > community.last_day:
        raise SettingsError(f"--month {month} lies outside the data. {covered}")
    return month


def _last_answer_or_payment(community: Community) -> str | None:
    """The month of the last dated row of a table that stands without activity."""
    sql = (
        "SELECT max(CAST(told_at + o.shift AS DATE)) AS day FROM (SELECT given_at AS told_at FROM feedback "
        "UNION ALL SELECT paid_at FROM payments UNION ALL SELECT posted_at FROM social_posts) AS dated "
        "JOIN utc_offsets AS o ON told_at >= o.from_at AND told_at < o.to_at"
    )
    day = community.run(sql, month=Month(2000, 1))["day"].iloc[0]
    return None if day is None or day != day else str(day)[:7]


def _warn_of_an_almost_empty_month(community: Community, month: Month) -> None:
    """One stray late record stretches what the data cover, and then the last month is not the one that is meant."""
    from workbench import metrics

    active = metrics.mau_by_month(community, month=month)
    lively = active[active["mau"] * 10 >= active["mau"].max()]
    if active["mau"].max() and lively["month"].max() < active["month"].max():
        last = Month.parse(lively["month"].max())
        print(
            f"! {month} is the last month that the data cover, but only {active['mau'].iloc[-1]} of at most "
            f"{active['mau'].max()} people a month were active in it. "
            f"The last lively month is {last}: --month {last}",
            file=sys.stderr,
        )


def _prepared(name: str, notebook: "NotebookNode", values: dict) -> "NotebookNode":
    known = notebooks.parameters(notebook, name)
    missing = [parameter for parameter in notebooks.COMMON if parameter not in known]
    if missing and any(cell.cell_type == "code" for cell in notebook.cells):
        raise NotebookError(
            f"{name} has no parameter {', '.join(missing)}, so it cannot be run for a month. "
            'Give it a cell tagged "parameters" with the lines folder = ".", month = "2026-10", language = "en".'
        )
    return notebooks.prepared(notebooks.filled(notebooks.in_language(notebook, values["language"]), values))


def _bar(prepared, progress: bool):
    from tqdm import tqdm

    cells = sum(cell.cell_type == "code" for notebook in prepared for cell in notebook.cells)
    return tqdm(desc="report", total=cells, unit=" cells", leave=False, disable=None if progress else True)


def _execute(name: str, notebook: "NotebookNode", manager: type, folder: Path, done) -> Failure | None:
    """Run a notebook in place; None when all went well."""
    with kernels.quick_imports():
        from papermill.engines import papermill_engines

    died = ""
    try:
        papermill_engines.execute_notebook_with_engine(
            None,
            notebook,
            kernel_name="python3",
            progress_bar=False,
            kernel_manager_class=manager,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(folder)}},
            on_cell_complete=lambda **_: done(),
        )
    except Exception as error:  # the kernel did not start, or died: papermill keeps cell errors in the notebook
        died = f"{type(error).__name__}: {error}. A kernel that dies has often run out of memory; try --jobs 1."
    return _failure(name, notebook, died)


def _failure(name: str, notebook: "NotebookNode", died: str) -> Failure | None:
    number = 0
    for position, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        number += 1
        errors = [output for output in cell.outputs if output.output_type == "error"]
        stopped = died and cell.metadata.papermill.get("status") in ("running", "failed")
        if errors or stopped:
            line = next((line for line in cell.source.splitlines() if line.strip()), "")
            error = f"{errors[0].ename}: {errors[0].evalue}" if errors else died
            return Failure(name, notebook, position, number, line, error)
    return Failure(name, notebook, 0, 0, "", died) if died else None


def _failed(failures: list[Failure], target: Path, language: str) -> NotebookError:
    """Keep the executed notebooks that failed, and say which cell stopped each."""
    folder = _failed_folder(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with kernels.quick_imports():
        from nbformat.v4 import new_markdown_cell
    lines = []
    for failure in sorted(failures, key=lambda failure: failure.file):
        notebook = notebooks.normalised(failure.notebook)
        error = f"`{failure.error.splitlines()[0].replace('`', chr(39))}`"
        mark = new_markdown_cell(str(say("page.stopped", language, error=error)), id="stopped-here")
        notebook.cells.insert(failure.cell, mark)
        notebooks.write(notebook, folder / failure.file)
        where = f"cell {failure.number} ({failure.line})" if failure.number else "the start of its kernel"
        lines.append(f"{failure.file} failed at {where}:\n  {failure.error}")
    return NotebookError(
        "\n".join(lines) + f"\nNo report was written. The executed notebooks, with the error marked, are in {folder}"
    )


def _failed_folder(target: Path) -> Path:
    return target.parent / f"{target.name}-failed"


def _remove_failed(target: Path) -> None:
    """What an earlier failure left beside this report is out of date."""
    folder = _failed_folder(target)
    if folder.is_dir() and all(file.suffix == ".ipynb" for file in folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)


def _write(
    work: Path, community: Community, executed: dict, found: dict, lists: dict, month: Month, language: str
) -> None:
    html = page.build(
        executed,
        name=community.settings.name,
        month=month,
        language=language,
        partial=found["partial"],
        version=__version__,
    )
    (work / "report.html").write_text(html, encoding="utf-8", newline="\n")
    (work / "numbers.json").write_text(numbers.written(found), encoding="utf-8", newline="\n")
    (work / "notebooks").mkdir()
    for name, notebook in executed.items():
        notebooks.write(notebook, work / "notebooks" / name)
    about = {
        str(say("workbook.community", language)): community.settings.name,
        str(say("workbook.month", language)): month_name(month.start, language),
    }
    workbook.write(work / "actions.xlsx", lists, about=about, language=language)


def _relative(folder: Path, start: Path) -> str:
    """How an executed notebook finds the community from where it lies, so that it can be run again there."""
    try:
        return Path(os.path.relpath(folder, start)).as_posix()
    except ValueError:  # another drive
        return str(folder)
