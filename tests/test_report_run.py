"""The report as a whole: complete or not there, the same bytes each time, errors that say which cell."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from fake_exports import add, event, write

from workbench import report, settings
from workbench.errors import NotebookError, SettingsError, StoreError
from workbench.report import notebooks, place
from workbench.report import run as machine

NOTEBOOKS = Path(__file__).parent / "notebooks"


def community(folder: Path) -> Path:
    """Three people in October 2026; September and October are covered."""
    folder.mkdir(parents=True)
    settings.create(folder / "community.toml", name="Club", timezone="UTC")
    rows = [event(n, at=f"2026-10-0{n}T12:00:00", member_id=f"x:{n}") for n in (1, 2, 3)]
    rows += [event(9, at="2026-09-05T12:00:00")]
    coverage = {"platform": "x", "from_at": "2026-09-01T00:00:00", "to_at": "2026-11-05T12:00:00"}
    export = write(folder.parent / "october.export", *rows, ("coverage", coverage))
    add(folder, export, timezone="UTC")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A community and its report, made once."""
    folder = community(tmp_path_factory.mktemp("report") / "club")
    return folder, report.make(folder, notebooks=NOTEBOOKS / "good", progress=False)


@pytest.fixture
def club(made, tmp_path):
    """A copy of the community without reports, elsewhere."""
    return shutil.copytree(made[0], tmp_path / "elsewhere" / "club", ignore=shutil.ignore_patterns("reports"))


def test_the_report_of_the_last_complete_month_lies_in_the_communitys_folder(made):
    folder, page = made
    assert page == folder / "reports" / "2026-10" / "report.html"
    assert sorted(file.name for file in page.parent.iterdir()) == sorted(place.OURS)
    assert sorted(file.name for file in page.parent.parent.iterdir()) == ["2026-10"]


def test_the_page_holds_what_the_notebooks_showed_in_one_language(made):
    html = made[1].read_text(encoding="utf-8")
    assert "How many people came?" in html and "Combien de personnes" not in html
    assert "3 &lt;people&gt;" in html and "few &lt;people&gt;" in html
    assert "left out of the page" not in html and "Only for those" not in html
    assert "top 3 0.1" in html


def test_the_same_store_gives_the_same_bytes_in_another_folder_and_a_failed_report_there_is_cleared(made, club):
    failed = club / "reports" / "2026-10-failed"
    failed.mkdir(parents=True)
    (failed / "1-old.ipynb").write_text("{}")
    page = report.make(club, notebooks=NOTEBOOKS / "good", progress=False, jobs=1)
    for name in ("report.html", "numbers.json", "manifest.json", "actions.xlsx"):
        assert (page.parent / name).read_bytes() == (made[1].parent / name).read_bytes(), name
    one, other = (folder / "notebooks" / "1-first-page.ipynb" for folder in (page.parent, made[1].parent))
    assert one.read_bytes() == other.read_bytes()
    assert not failed.exists()


def test_an_executed_notebook_has_its_parameters_and_no_path_of_the_machine(made):
    folder, page = made
    text = (page.parent / "notebooks" / "1-first-page.ipynb").read_text(encoding="utf-8")
    first = nbformat.reads(text, 4)
    cell = next(cell for cell in first.cells if "parameters" in cell.metadata.get("tags", []))
    assert 'folder = "../../.."  # the community\'s folder' in cell.source
    assert 'month = "2026-10"' in cell.source
    assert str(folder) not in text and "papermill" not in text
    assert (page.parent / "notebooks" / "../../..").resolve() == folder


def test_parameters_language_month_and_place_are_as_asked(club, tmp_path):
    out = tmp_path / "out" / "september"
    page = report.make(
        club, month="2026-09", language="fr", out=out, notebooks=NOTEBOOKS / "good",
        parameters={"top": "1", "share": "0.2", "names": "x, y", "loud": "oui"}, progress=False,
    )  # fmt: skip
    html = page.read_text(encoding="utf-8")
    assert page.parent == out and "septembre 2026" in html and "Combien de personnes" in html
    assert "top 1 0.2 [&#x27;x&#x27;, &#x27;y&#x27;] True" in html
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"] == {"top": 1, "share": 0.2, "names": ["x", "y"], "loud": True}
    assert manifest["inputs"][0]["file_name"] == "october.export" and manifest["packages"]["duckdb"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tpo": "3"}, r'no notebook of the report has a parameter "tpo". Did you mean "top"\?'),
        ({"top": "many"}, r'top = "many" must be a whole number \(rows in the table\)'),
        ({"top": 2.5}, "must be a whole number"),
        ({"loud": "perhaps"}, "must be true or false"),
        ({"month": "2026-09"}, "use --month"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(club, parameters, message):
    with pytest.raises(SettingsError, match=message):
        report.make(club, notebooks=NOTEBOOKS / "good", parameters=parameters, progress=False)
    assert not (club / "reports").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"month": "2026-13"}, "is not a month"),
        ({"month": "2024-01"}, "lies outside the data. The data covers 2026-09-01 to 2026-11-05"),
        ({"language": "de"}, '"de" is not available'),
        ({"jobs": 0}, "--jobs 0"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(club, options, message):
    with pytest.raises(SettingsError, match=message):
        report.make(club, notebooks=NOTEBOOKS / "good", progress=False, **options)


def test_a_community_without_activity_says_what_to_do(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    settings.create(folder / "community.toml", name="Club", timezone="UTC")
    add(folder, write(tmp_path / "a.export"), timezone="UTC")
    with pytest.raises(StoreError, match="Import an export first"):
        report.make(folder, notebooks=NOTEBOOKS / "good", progress=False)


def test_a_failing_notebook_leaves_the_old_report_and_names_the_cell(made, tmp_path):
    folder, page = made
    before = page.read_bytes()
    with pytest.raises(NotebookError) as caught:
        report.make(folder, notebooks=NOTEBOOKS / "failing", progress=False)
    failed = folder / "reports" / "2026-10-failed"
    message = str(caught.value)
    assert "1-breaks.ipynb failed at cell 3 (# a remark)" in message
    assert "ZeroDivisionError" in message and str(failed) in message
    assert page.read_bytes() == before
    assert [file.name for file in failed.iterdir()] == ["1-breaks.ipynb"]
    kept = nbformat.read(failed / "1-breaks.ipynb", 4)
    nbformat.validate(kept)
    marks = [n for n, cell in enumerate(kept.cells) if "The report stopped here" in cell.source]
    assert kept.cells[marks[0] + 1].outputs[0].ename == "ZeroDivisionError"
    assert kept.cells[-1].outputs == []
    assert not [file for file in page.parent.parent.iterdir() if file.name.startswith(".")]
    shutil.rmtree(failed)


def test_an_interrupted_report_leaves_nothing_half_made(club, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(machine, "action_lists", stopped)
    with pytest.raises(KeyboardInterrupt):
        report.make(club, notebooks=NOTEBOOKS / "good", progress=False)
    assert list((club / "reports").iterdir()) == []


def test_a_folder_with_other_files_is_never_replaced(club, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="holds other files"):
        report.make(club, out=tmp_path / "thesis", notebooks=NOTEBOOKS / "good", progress=False)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def folder_with(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


def test_a_manager_s_own_file_beside_the_report_stays(tmp_path):
    target = folder_with(tmp_path / "report", manifest_json="old", notes_txt="mine")
    place.put(folder_with(tmp_path / "new", manifest_json="new"), target)
    assert (target / "manifest.json").read_text() == "new"
    assert (target / "notes.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_move_that_was_killed_between_its_two_steps_is_undone(tmp_path, monkeypatch):
    target = folder_with(tmp_path / "report", manifest_json="old")
    new = folder_with(tmp_path / "new", manifest_json="new")
    moves = []
    replace = os.replace

    def killed(source, goal):
        moves.append(source)
        if len(moves) == 2:
            raise SystemExit
        replace(source, goal)

    monkeypatch.setattr(place.os, "replace", killed)
    with pytest.raises(SystemExit):
        place.put(new, target)
    monkeypatch.undo()
    assert not target.exists()
    place.check(target)
    assert (target / "manifest.json").read_text() == "old"


def test_folders_of_killed_reports_are_cleared_away_and_those_at_work_are_not(tmp_path):
    target = tmp_path / "2026-10"
    (tmp_path / ".2026-10.999999999.new").mkdir()
    (tmp_path / f".2026-10.{os.getppid()}.new").mkdir()
    with place.aside(target) as work:
        names = {path.name for path in tmp_path.iterdir()}
    assert names == {f".2026-10.{os.getppid()}.new", work.name}


def test_parameters_keep_their_help_when_they_are_filled_in():
    first = notebooks.read(NOTEBOOKS / "good" / "1-first-page.ipynb")
    filled = notebooks.filled(first, {"top": 7, "names": ["z"], "unknown": 1})
    known = notebooks.parameters(filled, "first")
    assert (known["top"].value, known["top"].help) == (7, "rows in the table")
    assert known["names"].value == ["z"] and "unknown" not in known
    assert notebooks.parameters(first, "first")["top"].value == 3


@pytest.mark.parametrize("source", ["top = len('abc')", "top = other", "print(1)", "top = (\n1)", "top ="])
def test_a_parameters_cell_with_more_than_literals_is_refused(source):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})])
    with pytest.raises(NotebookError, match="parameter"):
        notebooks.parameters(notebook, "x.ipynb")


def test_a_notebook_without_a_month_is_refused(club, tmp_path):
    cell = nbformat.v4.new_code_cell('folder = "."', metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "1-mine.ipynb")
    with pytest.raises(NotebookError, match=r"1-mine\.ipynb has no parameter month, language"):
        report.make(club, notebooks=tmp_path / "1-mine.ipynb", progress=False)


def test_an_almost_empty_last_month_is_pointed_out_with_the_lively_one(capsys):
    from workbench.engine import community_of_rows
    from workbench.report.run import _month

    def posts(day: str, people: int) -> list[dict]:
        return [
            {"event_id": f"{day}{n}", "kind": "post", "occurred_at": day, "member_id": f"chat:{n}", "platform": "chat"}
            for n in range(people)
        ]

    covered = [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}]
    stray = {"coverage": covered, "events": posts("2026-01-05", 20) + posts("2026-02-05", 2) + posts("2026-03-31", 1)}
    assert str(_month(community_of_rows(stray), None)) == "2026-03"
    assert "--month 2026-02" in capsys.readouterr().err
    steady = {"coverage": covered, "events": [*stray["events"], *posts("2026-03-30", 5)]}
    assert str(_month(community_of_rows(steady), None)) == "2026-03"
    assert capsys.readouterr().err == ""
