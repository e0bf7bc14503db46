"""`workbench lab`: the notebooks are copied in one language, set to the community, and a changed one is kept."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench import lab, settings
from workbench.cli import commands
from workbench.errors import SettingsError
from workbench.report import notebooks

GOOD = Path(__file__).parent / "notebooks" / "good"


@pytest.fixture
def club(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "folder", lambda kind="reports": GOOD if kind == "reports" else tmp_path / "none")
    (tmp_path / "club").mkdir()
    settings.create(tmp_path / "club" / "community.toml", name="Club", timezone="UTC", language="fr")
    return tmp_path / "club"


def test_copies_are_set_to_the_community_and_hold_one_language(club):
    copies = lab.copy(club, month="2026-09")
    assert copies.written == ["reports/1-first-page.ipynb", "reports/2-second-page.ipynb"]
    first = notebooks.read(club / "lab" / "reports" / "1-first-page.ipynb")
    known = notebooks.parameters(first, "first")
    assert (known["folder"].value, known["month"].value, known["language"].value) == ("../..", "2026-09", "fr")
    assert (club / "lab" / "reports" / "../..").resolve() == club
    texts = [cell.source for cell in first.cells if cell.cell_type == "markdown"]
    assert any("La première page" in text for text in texts) and not any("The first page" in text for text in texts)


def test_a_changed_notebook_is_kept_and_an_unchanged_one_follows(club):
    lab.copy(club, month="2026-09")
    mine = club / "lab" / "reports" / "1-first-page.ipynb"
    mine.write_text(mine.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = mine.read_bytes()
    copies = lab.copy(club, month="2026-10", language="en")
    assert copies.kept == ["reports/1-first-page.ipynb"] and mine.read_bytes() == changed
    assert copies.written == ["reports/2-second-page.ipynb"]
    assert lab.copy(club, month="2026-10", language="en").same == ["reports/2-second-page.ipynb"]


def test_a_file_that_was_there_before_any_copy_is_kept(club):
    mine = club / "lab" / "reports" / "1-first-page.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert lab.copy(club, month="2026-09").kept == ["reports/1-first-page.ipynb"]
    assert mine.read_text() == "mine"


def test_another_language_is_refused(club):
    with pytest.raises(SettingsError, match='"de" is not available'):
        lab.copy(club, month="2026-09", language="de")


def test_the_command_says_what_it_copied_and_starts_nothing_when_told_so(club):
    result = CliRunner().invoke(commands, ["lab", "--community", str(club), "--month", "2026-09", "--copy-only"])
    assert result.exit_code == 0 and "2 written" in result.output


def test_jupyterlab_is_told_to_ask_nobody_for_news():
    file = Path(lab.__file__).parent / "jupyter" / "labconfig" / "default_setting_overrides.json"
    notification = json.loads(file.read_text())["@jupyterlab/apputils-extension:notification"]
    assert notification == {"fetchNews": "false", "checkForUpdates": False}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere JupyterLab runs as a child")
def test_further_options_go_to_jupyterlab(club, monkeypatch):
    seen = []

    def stand_in(program, command, variables):
        seen.extend((command, variables))
        raise SystemExit

    monkeypatch.setattr(lab.os, "execve", stand_in)
    with pytest.raises(SystemExit):
        lab.start(lab.copy(club, month="2026-09"), browser=False, options=("--port=9999",))
    command, variables = seen
    assert command[-2:] == ["--no-browser", "--port=9999"]
    assert "--LabApp.news_url=None" in command
    assert variables["PLOTLY_RENDERER"] == "plotly_mimetype"
