"""The command `workbench today`."""

from datetime import UTC, datetime

import click

from workbench.cli import community_option
from workbench.cli_report import engine_option, language_option


@click.command("today")
@community_option
@click.option(
    "--date",
    "day",
    metavar="YYYY-MM-DD",
    help="Look at the end of this day. Default: the last one that the data cover.",
)
@language_option
@engine_option
@click.option("--quiet", is_flag=True, help="Print the path of the page only.")
def today(folder, day, language, quiet) -> None:
    """Say what waits for the team, and print the path of its page.

    The age of the data first; then, the most urgent first: open incidents, what looks like spam, days of unusual talk,
    questions without an answer and who may know, newcomers whom nobody has welcomed, promises still open, groups and
    members gone quiet; each with what to do now. Made in today/<date> of the community's folder: today.html, without
    names unless community.toml says so, and today.xlsx with names and texts.

    Without --date the computer's date is used to tell the age of the data, and for nothing else.

    \b
    Examples:
      workbench today --community my-community
      workbench today --community my-community --date 2026-10-17 --language fr
    """
    from workbench.report.today import make

    now = datetime.now(UTC).replace(tzinfo=None)
    page, shown, ages = make(folder, day=day, language=language, now=now)
    if not quiet:
        click.echo("\n".join([*ages, "", str(shown), ""]), err=True)
    click.echo(page)
