"""`manifest.json`: what a report was made from, so that it can be made again; without a clock."""

import json
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version_tuple
from typing import TYPE_CHECKING

from workbench.period import Month
from workbench.report.numbers import plain

if TYPE_CHECKING:
    from workbench.engine import Community

PACKAGES = (
    "babel", "deltalake", "duckdb", "ipykernel", "jinja2", "mistune", "nbclient", "nbformat", "numpy", "pandas",
    "papermill", "plotly", "scikit-learn", "scikit-network", "scipy", "simplemma", "wordllama", "xlsxwriter",
)  # fmt: skip


def collect(
    community: "Community",
    *,
    month: Month,
    language: str,
    parameters: dict,
    notebooks: list[Path],
    made: list[Path],
) -> dict:
    """Inputs, store, parameters, notebooks and results, with their hashes; versions of the packages."""
    from workbench import __version__

    imports = community.run(
        "SELECT import_id, source, platform, file_name, sha256 FROM imports ORDER BY file_name, sha256", month=month
    )
    return {
        "community": community.settings.name,
        "month": str(month),
        "language": language,
        "parameters": parameters,
        "inputs": [{name: plain(value) for name, value in row.items()} for row in imports.to_dict("records")],
        "store": community.version,
        "settings": _hash(community.folder / "community.toml") if community.folder else None,
        "notebooks": {file.name: _hash(file) for file in notebooks},
        "made": {file.name: _hash(file) for file in made},
        "workbench": __version__,
        "python": ".".join(python_version_tuple()[:2]),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def written(manifest: dict) -> str:
    return json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _hash(file: Path) -> str | None:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else None
