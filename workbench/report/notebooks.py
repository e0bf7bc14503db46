"""The report's notebooks: where they are, their parameters, one language of their prose, and what is kept of a run."""

import ast
import json
from copy import deepcopy
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import NotebookError, SettingsError, did_you_mean
from workbench.report.kernels import quick_imports
from workbench.words import LANGUAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

COMMON = ("folder", "month", "language")
YES, NO = ("true", "yes", "oui", "1"), ("false", "no", "non", "0")


@dataclass(frozen=True)
class Parameter:
    """A line `name = value  # help` of the cell tagged `parameters`."""

    name: str
    value: str | float | bool | list
    help: str
    line: int


def folder(kind: str = "reports") -> Path:
    """Where the house's notebooks are: "reports" or "explore"."""
    package = Path(str(files("workbench")))
    installed = package / "notebooks" / kind
    return installed if installed.is_dir() else package.parent / "notebooks" / kind


def listed(given: Path) -> list[Path]:
    """The notebooks of a folder in order of their names, or the one notebook that is given."""
    if given.suffix == ".ipynb" and given.is_file():
        return [given]
    found = sorted(given.glob("*.ipynb"), key=lambda file: _natural(file.name))
    if not found:
        raise SettingsError(f"{given} holds no notebook (*.ipynb). Give the folder with your report's notebooks.")
    return found


def _natural(name: str) -> tuple:
    head = name.split("-", 1)[0]
    return (int(head) if head.isdigit() else 10**9, name)


def read(file: Path) -> "NotebookNode":
    with quick_imports():
        import nbformat
    try:
        return nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        raise NotebookError(f"{file} is not a Jupyter notebook: {error}. Save it again from JupyterLab.") from None


def write(notebook: "NotebookNode", file: Path) -> None:
    file.write_text(written(notebook), encoding="utf-8", newline="\n")


def written(notebook: "NotebookNode") -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def parameters(notebook: "NotebookNode", name: str) -> dict[str, Parameter]:
    """The parameters of a notebook; `name` is for the message when the cell holds more than literals."""
    found: dict[str, Parameter] = {}
    for cell in notebook.cells:
        if "parameters" not in tags(cell):
            continue
        lines = cell.source.splitlines()
        for node in _statements(cell.source, name):
            try:
                (target,) = node.targets
                value = ast.literal_eval(node.value)
                if not isinstance(target, ast.Name) or not isinstance(value, str | int | float | bool | list):
                    raise ValueError
            except (AttributeError, ValueError):
                raise NotebookError(
                    f"{name}: the parameters cell may hold lines `name = value` with a text, number, "
                    f"true or false, or list; it holds: {lines[node.lineno - 1].strip()}"
                ) from None
            tail = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
            found[target.id] = Parameter(target.id, value, tail.strip().lstrip("# "), node.lineno - 1)
    return found


def _statements(source: str, name: str) -> list:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise NotebookError(f"{name}: the parameters cell is not valid Python: {error}") from None
    if any(node.lineno != node.end_lineno for node in statements):
        raise NotebookError(f"{name}: each parameter must stand on one line of the parameters cell.")
    return statements


def filled(notebook: "NotebookNode", values: dict) -> "NotebookNode":
    """A copy whose parameters cell holds these values; names it does not have are left out."""
    notebook = deepcopy(notebook)
    for cell in notebook.cells:
        if "parameters" in tags(cell):
            lines = cell.source.splitlines()
            for parameter in parameters(notebook, "notebook").values():
                if parameter.name in values:
                    note = f"  # {parameter.help}" if parameter.help else ""
                    lines[parameter.line] = f"{parameter.name} = {_literal(values[parameter.name])}{note}"
            cell.source = "\n".join(lines)
    return notebook


def _literal(value) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def chosen(given: dict, notebooks: "dict[str, NotebookNode]") -> dict:
    """The parameters given by name, each checked and converted by the literal in the notebooks.

    Raises `SettingsError` for a name that no notebook has, or a value of another type.
    """
    known: dict[str, Parameter] = {}
    for name, notebook in notebooks.items():
        for parameter in parameters(notebook, name).values():
            known.setdefault(parameter.name, parameter)
    own = sorted(known.keys() - set(COMMON))
    values = {}
    for name, value in given.items():
        if name in COMMON:
            option = {"folder": "--community", "month": "--month", "language": "--language"}[name]
            raise SettingsError(f'the parameter "{name}" has an option of its own: use {option}.')
        if name not in own:
            hint = did_you_mean(name, own) if own else "The notebooks have no parameter beside folder, month, language."
            raise SettingsError(f'no notebook of the report has a parameter "{name}". {hint}')
        values[name] = _converted(name, value, known[name])
    return values


def _converted(name: str, value, parameter: Parameter):
    """`value` as the type of the notebook's literal; text is what the command line gives."""
    like = parameter.value
    try:
        if isinstance(like, list):
            items = (
                [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else list(value)
            )
            return [_scalar(item, like[0] if like else "") for item in items]
        return _scalar(value, like)
    except (TypeError, ValueError):
        kind = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        wanted = (
            "a list such as " + ",".join(map(str, like or ["a", "b"])) if isinstance(like, list) else kind[type(like)]
        )
        note = f" ({parameter.help})" if parameter.help else ""
        raise SettingsError(
            f'the parameter {name} = "{value}" must be {wanted}{note}. The notebook has {name} = {_literal(like)}.'
        ) from None


def _scalar(value, like):
    if isinstance(like, bool):
        word = str(value).lower()
        if word not in YES + NO:
            raise ValueError
        return word in YES
    if isinstance(value, bool) or (isinstance(like, str) and not isinstance(value, str)):
        raise TypeError
    if isinstance(like, int) and not isinstance(value, str) and value != int(value):
        raise ValueError
    return type(like)(value)


def in_language(notebook: "NotebookNode", language: str) -> "NotebookNode":
    """A copy without the Markdown cells of the other language; those without a language tag stay."""
    notebook = deepcopy(notebook)
    others = set(LANGUAGES) - {language}
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "markdown" or not others & set(tags(cell))]
    return notebook


def prepared(notebook: "NotebookNode") -> "NotebookNode":
    """A copy as papermill's engine wants it: no outputs, its own metadata in place, ids by position."""
    notebook = deepcopy(notebook)
    notebook.metadata["papermill"] = {}
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
        cell.metadata["papermill"] = {}
        cell.metadata["tags"] = tags(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def normalised(notebook: "NotebookNode") -> "NotebookNode":
    """A copy of a run without what differs between two equal runs: clocks, versions, execution metadata."""
    notebook = deepcopy(notebook)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {"tags": tags(cell)} if tags(cell) else {}
    return notebook
