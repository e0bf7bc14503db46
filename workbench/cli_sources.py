"""The commands `workbench sources` and `workbench identities`."""

from pathlib import Path
from textwrap import fill

import click

from workbench.cli import community_option

LISTED = 10


@click.command("sources")
@click.argument("name", required=False)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
def sources(name, language) -> None:
    """List the exports that are understood; with NAME: how to get one, what it tells, and what it cannot tell.

    \b
    Examples:
      workbench sources
      workbench sources slack
      workbench sources slack --language fr
    """
    from workbench.errors import SettingsError, did_you_mean
    from workbench.sources.registry import documented
    from workbench.words import say

    names = documented()
    if name is None:
        width = max(map(len, names))
        for one in names:
            click.echo(f"  {one.ljust(width)}  {say(f'source.{one}.title', language)}")
        click.echo(f"\n{say('sources.more', language)}")
    elif name not in names:
        raise SettingsError(f'"{name}" is no source. {did_you_mean(name, names)}')
    else:
        click.echo(say(f"source.{name}.title", language))
        for part in ("how", "tells", "misses"):
            click.echo(f"\n{say(f'sources.{part}', language)}\n\n{_indented(say(f'source.{name}.{part}', language))}")


def _indented(text: str) -> str:
    """Paragraphs as lines of a terminal, numbered ones hanging."""
    lines = [
        fill(line, 100, initial_indent="  ", subsequent_indent="     " if line[:1].isdigit() else "  ",
             break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    ]  # fmt: skip
    return "\n".join(lines)


@click.command("identities")
@community_option
@click.option(
    "--suggest",
    "file",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Write accounts that may be one person to a CSV, for you to accept. Default: identities.csv in DIR.",
)
def identities(folder, file) -> None:
    """Say how many people are joined over platforms; suggest who else may be one person.

    Accounts are one person only where an identity map says so. A map is a CSV with the columns person and account
    (slack:U123, discord:456 …), imported like an export. --suggest writes one with candidates, the reason for each and
    an empty column "accept". Write yes or no there, then import the file: only what you accepted counts. Suggest into
    the same file again later: your answers stay.

    \b
    Examples:
      workbench identities --community my-community
      workbench identities --community my-community --suggest
      workbench import my-community/identities.csv --community my-community
    """
    from workbench import identities as people
    from workbench import settings

    chosen = settings.load(folder / "community.toml")
    if file is None:
        click.echo(_told(people.joined(folder)))
        return
    place = Path(file) if file else folder / "identities.csv"
    new, kept = people.write(folder, place, language=chosen.language)
    click.echo(f"{place}: {new:,} candidates without an answer, {kept:,} rows with your answer kept.")
    if new:
        from workbench.words import say

        column = say("identities.accept", chosen.language)
        click.echo(f'Write yes or no in the column "{column}", save it as CSV or Excel, then:')
        click.echo(f'  workbench import "{place}" --community "{folder}"')


def _told(found) -> str:
    if not found.maps:
        return (
            "No identity map was imported: every account counts as a person of its own. "
            "`workbench identities --suggest` writes candidates for you to accept."
        )
    lines = [f"{found.people:,} people have {found.accounts:,} accounts, by {found.maps:,} imported map(s)."]
    lines += [f"  {' + '.join(platforms)}: {number:,}" for platforms, number in found.platforms.items()]
    if found.unknown:
        lines.append(f"! {len(found.unknown):,} accounts in a map are in no export: {_some(found.unknown)}")
    if found.disputed:
        lines.append(
            f"! Maps differ about {len(found.disputed):,} accounts; the map changed last counts, or the date in its "
            'column "decided_on":'
        )
        some = list(found.disputed.items())[:LISTED]
        lines += [f"    {_plain(one)}: {_plain(now)}, no longer {_some(before)}" for one, (now, *before) in some]
    if found.apart:
        lines.append(
            f"! {len(found.apart):,} accounts are joined to an account that is joined elsewhere; write all accounts of "
            f"the person into one map: {_some(found.apart)}"
        )
    return "\n".join(lines)


def _some(ids) -> str:
    ids = list(ids)
    return ", ".join(_plain(one) for one in ids[:LISTED]) + (", …" if len(ids) > LISTED else "")


def _plain(text: str) -> str:
    """A foreign text without signs that a terminal obeys."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
