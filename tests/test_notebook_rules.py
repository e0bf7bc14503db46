"""What every notebook in git keeps to: no outputs, no code that belongs in the package, both languages."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.parent.name == "reports"]


def cells(path: Path, kind: str) -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found if cell["cell_type"] == kind]


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_ten_report_notebooks_and_six_explorers():
    assert len(REPORTS) == 10
    assert len(NOTEBOOKS) - len(REPORTS) == 6


@each_notebook
def test_a_notebook_in_git_holds_no_output(path):
    for cell in cells(path, "code"):
        assert cell["outputs"] == [] and cell["execution_count"] is None


@each_notebook
def test_code_cells_only_ask_and_show(path):
    for cell in cells(path, "code"):
        tree = ast.parse(cell["source"])
        forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp, ast.DictComp)
        assert not any(isinstance(node, forbidden) for node in ast.walk(tree)), cell["source"]
        assert not re.search(r"\b(SELECT|groupby|merge\(|apply\()", cell["source"]), cell["source"]
        assert len(cell["source"].splitlines()) <= 12, cell["source"]


@each_notebook
def test_parameters_are_literals_one_a_line_with_help(path):
    (cell,) = [cell for cell in cells(path, "code") if "parameters" in tags(cell)]
    for line in cell["source"].splitlines():
        if line.strip():
            (statement,) = ast.parse(line).body
            ast.literal_eval(statement.value)
            assert "#" in line, f"no help behind: {line}"


@each_notebook
def test_every_text_stands_in_both_languages(path):
    english = [cell for cell in cells(path, "markdown") if "en" in tags(cell)]
    french = [cell for cell in cells(path, "markdown") if "fr" in tags(cell)]
    assert len(english) == len(french) > 0
    for cell in cells(path, "markdown"):
        assert ("en" in tags(cell)) != ("fr" in tags(cell)), cell["source"]
    for one, other in zip(english, french, strict=True):
        assert re.findall(r"^#+", one["source"], re.MULTILINE) == re.findall(r"^#+", other["source"], re.MULTILINE)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_report_prose_holds_no_number(path):
    for cell in cells(path, "markdown"):
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", cell["source"])
        assert not re.search(r"\d", prose), cell["source"]
