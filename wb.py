"""Sets up what is needed and runs the workbench from a fresh checkout; needs Python 3.11 or newer and nothing else.

python wb.py report     set up, import the sample, make its report and say where it is
python wb.py test       set up, check the style, run all tests and all notebooks
                        with --engines: only the counts on PostgreSQL and Spark, started for it (scripts/engines.py)
python wb.py setup      only set up: makes .venv/ with the `workbench` command in it
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
WORKBENCH = BIN / ("workbench.exe" if os.name == "nt" else "workbench")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "set-up-from"
# This Python, or the one that the .venv it runs in was made with: what makes a .venv anew must not sit in it.
OUTSIDE = getattr(sys, "_base_executable", sys.executable)
SAMPLE = ROOT / "data" / "sample" / "garden"
FIRST = ROOT / "my-first-community"
PROJECT = ("--no-deps", "--no-build-isolation", "--editable", ROOT)


def main(arguments: list[str]) -> int:
    steps = {"report": report, "test": test, "setup": lambda *_: 0}
    if not arguments or arguments[0] not in steps:
        print(__doc__)
        return 0 if arguments in ([], ["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036  (this file also has to run where it is too old)
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Community Workbench needs Python 3.11 or newer; this is {found} ({sys.executable}).")
        return 1
    set_up()
    return steps[arguments[0]](*arguments[1:])


def report(*options: str) -> int:
    """The sample's community, then its report; further options go to `workbench report`."""
    if not FIRST.exists():
        FIRST.mkdir()
        shutil.copyfile(SAMPLE / "community.toml", FIRST / "community.toml")
    files = (SAMPLE / "slack.zip", *sorted((SAMPLE / "tables").glob("*.csv")))
    imported = run(WORKBENCH, "import", *files, "--community", FIRST, "--timezone", "Europe/Paris", check=False)
    return imported or run(WORKBENCH, "report", "--community", FIRST, *options, check=False)


def test(*options: str) -> int:
    """Style, then every notebook on the sample, then the tests; the first failure ends it."""
    if options[:1] == ("--engines",):
        return run(PYTHON, "scripts/engines.py", *options[1:], check=False)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        steps = (
            ("-m", "ruff", "check", "."),
            ("-m", "ruff", "format", "--check", "."),
            ("tests/copy_notebooks.py", folder),
            (
                "-m",
                "pytest",
                "-q",
                "-n",
                "2",
                "--rootdir",
                folder,
                "-c",
                os.devnull,
                "--dist",
                "loadfile",  # the cells of a notebook belong together
                "--nbval-lax",
                f"{folder}/notebooks",
            ),
            ("-m", "pytest", "-q", "-n", "2", *options),
        )
        for step in steps:
            if code := run(PYTHON, *step, check=False):
                return code
    return 0


def set_up() -> None:
    """Make `.venv/` from the lock file; a set-up that is still right is left alone."""
    made_from = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + sys.version.encode()
    wanted = hashlib.sha256(made_from).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and WORKBENCH.exists():
        return
    print("Setting up .venv (once; a minute or so) …", flush=True)
    uv = find_uv()
    if not (uv and install_with_uv(uv)):
        install_with_pip()
    STAMP.write_text(wanted)


def install_with_uv(uv: Path) -> bool:
    """Ten times faster than pip; false where it cannot reach the packages (it does not read pip's settings)."""
    steps = (
        ("venv", "--quiet", "--clear", "--seed", "--python", OUTSIDE, VENV),  # with pip, for packages of other engines
        ("pip", "sync", "--quiet", "--compile-bytecode", "--python", PYTHON, "--require-hashes", LOCK),
        ("pip", "install", "--quiet", "--python", PYTHON, *PROJECT),
    )
    return all(run(uv, *step, check=False) == 0 for step in steps)


def install_with_pip() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    run(OUTSIDE, "-m", "venv", VENV)
    pip = (PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    run(*pip, "--require-hashes", "--requirement", LOCK)
    run(*pip, *PROJECT)


def find_uv() -> Path | None:
    """uv from the system, else fetched into .tools/ by pip, else none."""
    if found := shutil.which("uv"):
        return Path(found)
    tools = ROOT / ".tools"
    name = "uv.exe" if os.name == "nt" else "uv"
    places = [tools / "bin" / name, tools / "Scripts" / name]
    if not any(place.exists() for place in places) and importlib.util.find_spec("pip"):
        quiet = ("--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action", "ignore")
        run(OUTSIDE, "-m", "pip", "install", *quiet, "--target", tools, "uv>=0.8", check=False)
    return next((place for place in places if place.exists()), None)


def run(*command, check: bool = True) -> int:
    """Run a command in the project's folder; its own output is what the user sees."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment.pop("PYTHONPATH", None)
    code = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False).returncode
    if check and code:
        print(f"This step failed (exit code {code}): {' '.join(str(part) for part in command)}", file=sys.stderr)
        raise SystemExit(code)
    return code


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
