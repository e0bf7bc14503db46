"""Who may import whom: a module imports only from lower floors, and counts, estimates and figures never meet."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workbench"

FLOORS = (
    ("errors", "period", "tables", "settings", "words"),
    ("sources", "privacy", "sample"),
    ("store", "staging", "engine", "engines", "export", "rollups"),
    ("metrics", "models"),
    ("figures", "sentences", "actions", "findings"),
    (
        "report",
        "explore",
        "lab",
        "show",
        "today",
        "inventory",
        "identities",
        "cli",
        "cli_export",
        "cli_report",
        "cli_sample",
        "cli_sources",
        "cli_today",
    ),
)
STRANGERS = {
    "metrics": {"models"},
    "models": {"metrics"},
    "figures": {"metrics", "models", "sentences", "actions", "findings"},
    "sentences": {"metrics", "models", "figures", "actions", "findings"},
    "actions": {"metrics", "figures"},
    "findings": {"metrics", "figures"},
}
"""Rooms that meet only through a frame or a value."""

FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported_by(source: str) -> set[str]:
    """The rooms of the package that a text of Python imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "workbench":
            named = [f"workbench.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            named = [node.module]
        else:
            continue
        found |= {name.split(".")[1] for name in named if name.startswith("workbench.")}
    return found - {"__version__"}


def broken(room: str, imported: set[str]) -> list[str]:
    """What is wrong with a room that imports these."""
    told = []
    for other in sorted(imported - {room}):
        if other not in FLOOR_OF:
            told.append(f"{room} imports {other}, which has no floor")
        elif room in FLOOR_OF and FLOOR_OF[other] > FLOOR_OF[room]:
            told.append(f"{room} (floor {FLOOR_OF[room]}) imports {other} (floor {FLOOR_OF[other]})")
        elif other in STRANGERS.get(room, ()):
            told.append(f"{room} imports {other}: they meet only through a frame")
    return told


FILES = [file for file in sorted(PACKAGE.rglob("*.py")) if file.name != "__main__.py" and file.parent != PACKAGE] + [
    file for file in sorted(PACKAGE.glob("*.py")) if file.name not in ("__init__.py", "__main__.py")
]


def test_every_module_has_a_floor():
    assert {room_of(file) for file in FILES} <= FLOOR_OF.keys(), "give a new room a floor in tests/test_floors.py"


def test_a_module_imports_only_from_its_own_floor_or_lower_ones():
    told = []
    for file in FILES:
        told += [f"{file.name}: {each}" for each in broken(room_of(file), rooms_imported_by(file.read_text("utf-8")))]
    assert not told, "\n".join(told)


def test_no_module_imports_relatively():
    """A relative import would slip through the walk above."""
    for file in FILES:
        nodes = ast.walk(ast.parse(file.read_text("utf-8")))
        assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level], file


def test_the_test_itself_sees_a_wrong_import():
    assert rooms_imported_by("def f():\n    from workbench.figures import churn") == {"figures"}
    assert rooms_imported_by("from workbench import metrics, __version__") == {"metrics"}
    assert broken("metrics", {"figures"}) and broken("figures", {"metrics"}) and broken("errors", {"attic"})
    assert not broken("cli", {"store", "errors"})


def test_only_the_store_and_the_engine_name_an_engine():
    allowed = {"store", "staging", "engine", "engines", "rollups"}
    for file in FILES:
        names = {
            alias.name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Import)
            for alias in node.names
        } | {
            node.module.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
        }
        assert room_of(file) in allowed or not names & {"duckdb", "deltalake", "psycopg", "pyspark", "sqlglot"}, file
