"""The command `workbench export`."""

import click

from workbench.cli import community_option


@click.command("export")
@community_option
@click.option(
    "--to", "form", required=True, type=click.Choice(["parquet", "postgres"]), help="What the tables become there."
)
@click.argument("place", metavar="PLACE")
def export(folder, form, place) -> None:
    """Put a community's tables where another engine reads them.

    PLACE is a folder for parquet, and the URL of a database for postgres; ?schema=NAME in the URL says in which schema
    (default: workbench). Large tables are laid out by month. Run it again after an import: only months that changed are
    written, and readers see the old tables or the new ones, never something between.

    Texts and names go along: protect the copy as you protect the community's folder.

    \b
    Examples:
      workbench export --community my-community --to parquet /data/my-community
      workbench export --community my-community --to postgres postgresql://me@host/database?schema=my_community
      workbench report --community my-community --engine postgresql://me@host/database?schema=my_community
    """
    from workbench import settings
    from workbench.engines import without_password
    from workbench.export import to_parquet, to_postgresql

    settings.load(folder / "community.toml")
    done = to_parquet(folder, place) if form == "parquet" else to_postgresql(folder, place)
    where = place if form == "parquet" else without_password(place)
    click.echo(f"{where} holds store {done.version}: {done.written} parts written, {done.same} as they were.")
