"""The commands `workbench report` and `workbench lab`."""

import os
from pathlib import Path

import click

from workbench.cli import community_option
from workbench.engines import VARIABLE, check

month_option = click.option(
    "--month", metavar="YYYY-MM", help="The month, such as 2026-10. Default: the last one that the data covers wholly."
)
language_option = click.option(
    "--language", type=click.Choice(["en", "fr"]), help="Default: the language in community.toml."
)
engine_option = click.option(
    "--engine",
    envvar="WORKBENCH_ENGINE",
    callback=lambda _context, _option, url: use(url),
    expose_value=False,
    metavar="URL",
    help="Ask another engine that holds the tables (see `workbench export`): postgresql://…, spark://… or sc://…. "
    "Default: duckdb, on the community's own store.",
)


def use(url: str | None) -> None:
    """Every community that this process and its notebooks open asks this engine. A URL may hold a password, so it goes
    by the environment and is written nowhere."""
    if url:
        os.environ[VARIABLE] = url
        check(url)


@click.command("report")
@community_option
@month_option
@language_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the report. Default: reports/<month> in the community's folder.",
)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Set a parameter of the notebooks; may be repeated. A list is written a,b,c.",
)
@click.option(
    "--notebooks",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="Your own notebooks instead of the house's.",
)
@click.option("--jobs", type=int, metavar="N", help="Notebooks that run side by side. Default: one a processor.")
@engine_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def report(folder, month, language, out, parameters, notebooks, jobs, quiet) -> None:
    """Make a month's report and print the path of its page.

    The report is a folder: report.html (one file that opens in any browser, without a network), actions.xlsx (whom
    to contact, answer, thank, watch), numbers.json, manifest.json (from what it was made) and the executed notebooks.
    It appears when it is complete; a report of that month made earlier stays until then.

    \b
    Examples:
      workbench report --community my-community
      workbench report --community my-community --month 2026-10 --language fr
      workbench report --community my-community --out ~/Desktop/october -p first_contribution true
      workbench report --community my-community --engine postgresql://me@host/database
    """
    from workbench.report import make

    page = make(
        folder,
        month=month,
        language=language,
        out=out,
        jobs=jobs,
        notebooks=notebooks,
        parameters=dict(parameters),
        progress=not quiet,
    )
    click.echo(page)


@click.command("lab", context_settings={"ignore_unknown_options": True})
@community_option
@month_option
@language_option
@engine_option
@click.option("--no-browser", is_flag=True, help="Start the server only, and print its address.")
@click.option("--copy-only", is_flag=True, help="Bring the notebooks up to date and start nothing.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- JUPYTER OPTIONS]")
def lab(folder, month, language, no_browser, copy_only, options) -> None:
    """Open JupyterLab on a community.

    The house's notebooks are copied to lab/ in the community's folder, in your language and set to your community.
    They are yours: a notebook that you changed is never overwritten.

    \b
    Examples:
      workbench lab --community my-community
      workbench lab --community my-community --no-browser -- --port 9999
    """
    from workbench.lab import copy, start

    copies = copy(folder, month=month, language=language)
    click.echo(f"Notebooks are in {copies.folder}: {len(copies.written)} written, {len(copies.same)} as they were.")
    for name in copies.kept:
        click.echo(f"  {name}: yours, because you changed it; rename it to get the house's anew.")
    if not copy_only:
        raise SystemExit(start(copies, browser=not no_browser, options=options))
