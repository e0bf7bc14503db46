"""`workbench sources` and its pages: complete, and true to what the importers set."""

import shutil
from pathlib import Path

import pytest
from importing import FIXTURES, read

from workbench import cli
from workbench.errors import WorkbenchError
from workbench.sources import registry
from workbench.words import LANGUAGES, catalogue, say
from workbench.words.__main__ import SOURCES_PAGES, sources_page

ROOT = Path(__file__).parents[1]
SILENT_ON_LEAVES = ("leavers", "net_growth", "growth_rate", "rejoined")


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["sources", *arguments])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_every_importer_and_every_known_table_is_told_of():
    told = registry.documented()
    assert set(registry.NAMES) <= set(told) and told[-1] == "table" and len(told) == len(set(told))
    missing = [f"{one}.{part}" for one in told for part in ("title", "how", "tells", "misses")
               if f"source.{one}.{part}" not in catalogue()]  # fmt: skip
    assert not missing


def test_how_to_get_it_is_numbered_step_by_step():
    for name in registry.documented():
        for language in LANGUAGES:
            lines = say(f"source.{name}.how", language).splitlines()
            assert [line.split(" ")[0] for line in lines] == [f"{n}." for n in range(1, len(lines) + 1)], name


def exports_of(name: str, tmp_path: Path):
    """The fixtures of a source: its folder, and the conversation in its dialects."""
    for folder in (FIXTURES / name, FIXTURES / "conversation" / name):
        for path in (folder, *(sorted(folder.iterdir()) if folder.is_dir() else ())):
            copied = tmp_path / folder.parent.name / path.relative_to(folder.parent)
            if path.exists() and not copied.exists():
                copied.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if path.is_dir() else shutil.copy)(path, copied)
            try:
                if path.exists() and registry.recognise(copied).name == name:
                    yield copied
            except WorkbenchError:
                continue


@pytest.mark.parametrize("name", [one for one in registry.NAMES if one not in ("table", "identities")])
def test_what_an_export_never_tells_is_said_with_the_metrics_that_stay_empty(name, tmp_path):
    """Where no fixture of a format tells leaves, the text says which metrics are null; nor joins, that new members are
    counted at their first trace."""
    joins = leaves = False
    read_one = False
    for path in exports_of(name, tmp_path):
        try:
            _, reading = read(registry.source(name), path, timezone="Europe/Paris")
        except WorkbenchError:
            continue
        read_one, joins, leaves = True, joins or reading.tells_joins, leaves or reading.tells_leaves
    if not read_one:
        pytest.skip(f"there is no fixture of {name} to look at")
    for language in LANGUAGES:
        misses = say(f"source.{name}.misses", language)
        if not leaves:
            assert [one for one in SILENT_ON_LEAVES if f"`{one}`" not in misses] == []
        if not joins:
            assert "`new_members`" in misses


def test_the_command_lists_all_and_tells_of_one(run):
    code, out, _ = run()
    assert code == 0 and all(f"  {one} " in out for one in registry.documented())
    code, out, _ = run("slack", "--language", "fr")
    assert code == 0 and "Comment l’obtenir" in out and "`leavers`" in out and "1. Il faut" in out
    assert max(map(len, out.splitlines())) <= 100
    code, _, err = run("slak")
    assert code == 2 and 'Did you mean "slack"?' in err


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_the_docs_is_the_one_made_from_the_texts(language):
    page = (ROOT / "docs" / SOURCES_PAGES[language]).read_text(encoding="utf-8")
    assert page == sources_page(language), "run: python -m workbench.words"


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("LISEZMOI.md", "fr")])
def test_the_readme_leads_to_the_page(readme, language):
    assert f"(docs/{SOURCES_PAGES[language]})" in (ROOT / readme).read_text(encoding="utf-8")
