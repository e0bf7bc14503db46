"""Copies every notebook into a folder with its parameters set for a community made from the sample, so that nbval can
run them: python tests/copy_notebooks.py TARGET."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample" / "garden"


def main(target: Path) -> None:
    community = target / "community"
    files = [SAMPLE / "slack.zip", *sorted((SAMPLE / "tables").glob("*.csv"))]
    command = [sys.executable, "-m", "workbench", "import", *files, "--community", community]
    subprocess.run([str(part) for part in (*command, "--timezone", "Europe/Paris")], check=True)
    import workbench

    with workbench.open(community) as opened:
        month = opened.last_complete_month()
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = re.sub(r'(?m)^folder = "\."', f"folder = {str(community)!r}", cell.source)
                cell.source = re.sub(r'(?m)^month = "[^"]*"', f'month = "{month}"', cell.source)
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, copy)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
