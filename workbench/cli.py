"""The `workbench` command. Each subcommand loads what it needs when it is run, so that --help answers at once."""

import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from workbench import __version__
from workbench.errors import SettingsError, SourceError, WorkbenchError

_ELSEWHERE = {
    "report": "workbench.cli_report",
    "lab": "workbench.cli_report",
    "today": "workbench.cli_today",
    "sample": "workbench.cli_sample",
    "export": "workbench.cli_export",
    "sources": "workbench.cli_sources",
    "identities": "workbench.cli_sources",
}
"""Subcommands that live in a module of their own, under their own name."""

_ORDER = ("import", "report", "today", "lab", "check", "sources", "identities", "sample", "export")

community_option = click.option(
    "--community",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The community's folder.",
)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        elsewhere = [name for name, module in _ELSEWHERE.items() if find_spec(module)]
        return sorted([*super().list_commands(ctx), *elsewhere], key=_ORDER.index)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _ELSEWHERE and find_spec(_ELSEWHERE[name]):
            return getattr(import_module(_ELSEWHERE[name]), name)
        return super().get_command(ctx, name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbench")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the full traceback of an unexpected error.")
def commands() -> None:
    """Who comes, who stays, who carries your community, and what people keep asking for.

    A community is a folder. Fill it from exports of your platforms, then ask for a month's report:

    \b
      workbench import slack-export.zip --community my-community --timezone Europe/Paris
      workbench check  --community my-community
      workbench report --community my-community --month 2026-10

    \b
    Exit codes: 0 done · 1 unexpected error · 2 option or community.toml not right · 3 file not understood
                4 store missing, damaged or in use · 5 a notebook failed · 6 a package is missing
                130 stopped with Ctrl-C
    """


@commands.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@community_option
@click.option(
    "--timezone",
    metavar="ZONE",
    help="IANA name, such as Europe/Paris. Needed the first time: days and months of the reports are cut in it. "
    "Also the zone of a file's times where the file does not tell.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="For CSV and Excel: the TOML file that says which column is what.",
)
@click.option("--name", metavar="NAME", help="The community's name, the first time. Default: the folder's name.")
@click.option(
    "--language", type=click.Choice(["en", "fr"]), help="Language of the reports, the first time. Default: en."
)
@click.option("--platform", default="", metavar="NAME", help="For files that do not tell which platform they are of.")
@click.option(
    "--again", is_flag=True, help="Read files anew that are in the store, for instance after a change of the mapping."
)
def import_files(files, folder, timezone, mapping, name, language, platform, again) -> None:
    """Read exports into a community's store. Asks nothing.

    FILE is a zip, folder, CSV or Excel file as the platform gave it; what it is is seen from its content. The first
    import makes the folder and a community.toml with explanations. Importing a file twice, or overlapping exports in
    any order, counts nothing twice. An import that is stopped leaves the store as it was.

    A folder that holds several things is taken apart: each export and table in it is read, with the mapping that lies
    beside it. What is not understood there, or cannot be read, is named; then the exit code is 3.

    \b
    Examples:
      workbench import slack-export.zip --community my-community --timezone Europe/Paris
      workbench import october.zip november.zip --community my-community
      workbench import all-my-exports --community my-community
      workbench import roster.csv --mapping roster.mapping.toml --community my-community
      workbench import roster.csv --mapping roster.mapping.toml --community my-community --again
    """
    from workbench import settings

    toml = folder / "community.toml"
    if timezone:
        settings.check_timezone(timezone, "--timezone")
    if toml.exists():
        settings.load(toml)
        for option, value in (("--name", name), ("--language", language)):
            if value:
                raise SettingsError(
                    f"{option} is for the first import only: {toml} exists. Change it in that file instead."
                )
    elif not timezone:
        raise SettingsError(
            f"{toml} does not exist yet, and the community's time zone is not known. "
            "Add --timezone with an IANA name, for instance: --timezone Europe/Paris"
        )
    if mapping and not mapping.is_file():
        raise SettingsError(f"--mapping {mapping}: there is no such file.")

    from workbench import inventory, store
    from workbench.sources import registry
    from workbench.sources.gather import gather

    found = gather(files)
    exports = found.exports
    if mapping:
        # Who gives a mapping says that the table is to be read with it.
        exports = [(f, registry.source("table") if s.name == "identities" else s) for f, s in exports]
    if mapping and not any(source.name == "table" for _, source in exports):
        raise SettingsError(
            f"--mapping {mapping} is for CSV and Excel tables, and none of the files is one: "
            + ", ".join(f"{file} is read as {source.title}" for file, source in exports)
            + ". Leave --mapping out."
        )
    several = len(exports) > 1 or bool(found.left)
    if several:
        click.echo(inventory.of_gathered(exports, found.left) + "\n")
    receipts, failed = {}, {}
    for file, source in exports:
        try:
            receipt = store.add(
                folder, source, file, timezone=timezone, mapping=mapping, platform=platform, again=again
            )
        except SourceError as error:
            if not several:
                raise
            failed[file] = error
            click.echo(f"{file}\n  Error: {error}\n", err=True)
            continue
        settings.create(
            toml, name=name or folder.absolute().name, timezone=timezone or "UTC", language=language or "en"
        )
        receipts[file] = receipt
        click.echo(inventory.of_import(receipt) + "\n" * several)
    if several:
        click.echo(inventory.of_imports(receipts, failed, found.left))
    if failed or found.left:
        raise SystemExit(SourceError.exit_code)


@commands.command("check")
@community_option
@click.option("--members", is_flag=True, help="List every account with its member_id, as community.toml names it.")
def check(folder, members) -> None:
    """Say what is in a community's store.

    Tables and their rows, what is covered and where days are missing, accounts by role, imported files, and the
    records that could not be read, with the reason and the first places.

    \b
    Example:
      workbench check --community my-community
      workbench check --community my-community --members
    """
    from workbench import inventory

    click.echo(inventory.of_members(folder) if members else inventory.of_store(folder))


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process with its exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in arguments
    sys.exit(_run([word for word in arguments if word != "--debug"], debug=debug))


def _run(arguments: list[str], *, debug: bool) -> int:
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets a question mark, not an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return commands.main(arguments, prog_name="workbench", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except WorkbenchError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        # DuckDB makes an error of its own of Ctrl-C.
        if isinstance(error, KeyboardInterrupt | click.Abort) or str(error) == "Query interrupted":
            click.echo(
                "\nStopped. What was being written is left out; nothing is broken. Run it again when you like.",
                err=True,
            )
            return 130
        if debug:
            traceback.print_exc()
        click.echo(
            f"Error: something unexpected happened ({type(error).__name__}: {error}). This is a fault of Community "
            "Workbench: please report it in the project's issues, with the command you ran"
            + ("." if debug else " and what it prints with --debug added."),
            err=True,
        )
        return 1
