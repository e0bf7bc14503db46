"""The command `workbench sample`."""

from pathlib import Path

import click

from workbench.sample import MEMBERS, MONTHS, SEED


@click.command("sample")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--members", type=int, default=MEMBERS, show_default=True, metavar="N", help="About so many accounts.")
@click.option(
    "--months", type=int, default=MONTHS, show_default=True, metavar="M", help="So many months, up to October 2026."
)
@click.option("--seed", type=int, default=SEED, show_default=True, metavar="S", help="Another seed, another community.")
def sample(folder, members, months, seed) -> None:
    """Make a community whose truth is known, to learn and to test on.

    DIR is filled with exports as platforms give them (Slack, Discord and Discourse zips, a French WhatsApp chat, CSV
    tables with their mappings), with a community.toml, with truth.json, the right answers, and with STORY.md and
    HISTOIRE.md, which tell what happened in it. The same options give the same bytes. Nobody in it exists.

    \b
    Examples:
      workbench sample semis
      workbench sample small --members 80 --months 6
    """
    from workbench.sample import make

    files = make(folder, members=members, months=months, seed=seed)
    click.echo(f"Made in {folder}. To import its Slack and tables:")
    into = f'"{folder}"' if " " in str(folder) else folder
    listed = " ".join(f'"{file}"' if " " in str(file) else str(file) for file in files)
    click.echo(f"  workbench import {listed} --community {into} --timezone Europe/Paris")
    click.echo(
        f"What happened in it is told in {folder / 'STORY.md'}; the right numbers are in {folder / 'truth.json'}."
    )
