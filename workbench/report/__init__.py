"""The monthly report: run the notebooks, assemble page, numbers, action lists and manifest."""

from pathlib import Path


def make(
    community: str | Path,
    *,
    month: str | None = None,
    language: str | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    notebooks: str | Path | None = None,
    parameters: dict | None = None,
    progress: bool = True,
) -> Path:
    """Make the report of a month and return the path of its page, `report.html`.

    `community` is the community's folder. Without `month`, the last month that the data covers wholly; without
    `language`, that of `community.toml`; without `out`, `reports/<month>` in the community's folder. `notebooks` is a
    folder of your own notebooks instead of the house's. `parameters` (name → value) go to every notebook that has
    them in its parameters cell; a name that none has is refused. `jobs` notebooks run side by side (default: one a
    processor).

    All files appear together when everything has gone well; an older report of that month stays until then. When a
    notebook fails, `NotebookError` names the cell, and the executed notebooks are kept in `<out>-failed`.
    """
    from workbench.report.run import make as run

    return run(
        Path(community),
        month=month,
        language=language,
        out=Path(out) if out else None,
        jobs=jobs,
        notebooks=Path(notebooks) if notebooks else None,
        parameters=parameters or {},
        progress=progress,
    )


__all__ = ["make"]
