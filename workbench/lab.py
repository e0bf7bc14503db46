"""JupyterLab on a community: a copy of the house's notebooks in its folder, in one language, ready to run."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from workbench.errors import MissingExtraError, SettingsError
from workbench.period import Month
from workbench.report import notebooks
from workbench.report.kernels import environment
from workbench.words import text

KINDS = ("explore", "reports")
# Nothing asks the network: no news, no look for updates. The question whether to show news is answered by
# jupyter/labconfig/default_setting_overrides.json.
OPTIONS = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


@dataclass(frozen=True)
class Copies:
    """What `copy` did: the folder, and the notebooks (relative names) written, as they were, or kept as changed."""

    folder: Path
    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def copy(community: str | Path, *, month: str | None = None, language: str | None = None) -> Copies:
    """Copy the notebooks to `lab/` in the community's folder, set to this community, month and language.

    A notebook that was changed there since it was copied is kept as it is.
    """
    from workbench import settings

    community = Path(community).resolve()
    chosen = settings.load(community / "community.toml")
    language = language or chosen.language
    text("page.kind", language)  # refuses another language at once
    values = {"folder": "../..", "month": str(_month(community, month)), "language": language}
    copies = Copies(community / "lab")
    list_file = copies.folder / ".copied.json"
    known = json.loads(list_file.read_text(encoding="utf-8")) if list_file.is_file() else {}
    for kind in KINDS:
        (copies.folder / kind).mkdir(parents=True, exist_ok=True)
        for source in sorted(notebooks.folder(kind).glob("*.ipynb")):
            name = f"{kind}/{source.name}"
            notebook = notebooks.read(source)
            notebook = notebooks.filled(notebooks.in_language(notebook, language), values)
            made, target = notebooks.written(notebook), copies.folder / name
            there = target.read_text(encoding="utf-8") if target.is_file() else None
            if there == made:
                copies.same.append(name)
            elif there is None or _hash(there) == known.get(name):
                target.write_text(made, encoding="utf-8", newline="\n")
                copies.written.append(name)
            else:
                copies.kept.append(name)
                continue
            known[name] = _hash(made)
    list_file.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")
    return copies


def start(copies: Copies, *, browser: bool = True, options: tuple[str, ...] = ()) -> int:
    """Start JupyterLab on the copies and stay until it ends; its exit code. `options` go to `jupyter lab`."""
    try:
        import jupyterlab  # noqa: F401
    except ImportError:
        raise MissingExtraError("JupyterLab is not installed here. Install it: pip install jupyterlab") from None
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={copies.folder}", *OPTIONS]
    command += [] if browser else ["--no-browser"]
    config = [str(files("workbench").joinpath("jupyter")), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    variables = {**os.environ, **environment(), "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, config))}
    if os.name == "posix":  # JupyterLab takes this process's place, so Ctrl-C and signals reach it alone
        sys.stdout.flush()
        os.execve(sys.executable, [*command, *options], variables)
    try:
        return subprocess.run([*command, *options], env=variables, check=False).returncode
    except KeyboardInterrupt:  # JupyterLab had it too and has said goodbye
        return 0


def _month(community: Path, given: str | None) -> Month:
    if given is not None:
        return Month.parse(given)
    from workbench.engine import open_community

    with open_community(community) as opened:
        month = opened.last_complete_month() or (opened.last_day and Month.parse(opened.last_day))
    if month is None:
        raise SettingsError(f"{community} holds no activity yet. Import an export first, or give --month.")
    return month


def _hash(content: str) -> str:
    return sha256(content.encode()).hexdigest()
