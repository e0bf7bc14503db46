"""The installation files agree with each other and hold nothing that belongs to one machine."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"tzdata": "python-tzdata"}  # where conda-forge has another name


def bounds(requirement: str) -> tuple[str, str]:
    name, rest = re.fullmatch(r"\s*([A-Za-z0-9._-]+)\s*(.*)", requirement).groups()
    return re.sub(r"[-_.]+", "-", name).lower(), rest.replace(" ", "")


def wanted() -> dict[str, str]:
    listed = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    return dict(bounds(CONDA_NAMES.get(bounds(r)[0], bounds(r)[0]) + bounds(r)[1]) for r in listed)


def environment() -> tuple[list[str], list[str]]:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    conda = [line[4:] for line in lines if re.match(r"  - (?!pip)", line)]
    return [entry for entry in conda if entry != "conda-forge"], [
        line[8:] for line in lines if line.startswith("      - ")
    ]


def test_environment_yml_has_the_packages_and_bounds_of_pyproject():
    conda, pip = environment()
    given = dict(bounds(entry) for entry in conda + pip[:-1])
    assert given.pop("python") == PROJECT["project"]["requires-python"]
    assert given == wanted()


def test_environment_yml_installs_the_project_itself_last():
    assert environment()[1][-1] == "-e ."


def test_the_lock_file_has_a_hash_for_every_package_and_covers_all_requirements():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {bounds(name)[0] for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    listed = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    assert {bounds(requirement)[0] for requirement in listed} <= locked
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", "pyproject.toml"])
def test_no_host_is_named_in_an_installation_file(name):
    assert not re.search(r"https?://|index-url", (ROOT / name).read_text(encoding="utf-8"))


def test_the_versions_agree():
    import workbench

    assert workbench.__version__ == PROJECT["project"]["version"]
    assert f"## {workbench.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", ["README.md", "LISEZMOI.md"])
def test_the_readmes_name_the_two_commands_and_existing_files(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert "python wb.py report" in text and "python wb.py test" in text
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"{readme} points to {target}"


def test_the_readme_commands_exist():
    from click.testing import CliRunner

    from workbench.cli import commands

    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "LISEZMOI.md"))
    for command in set(re.findall(r"^\s*(?:\.venv/bin/)?workbench (\w+)", text, re.MULTILINE)):
        assert CliRunner().invoke(commands, [command, "--help"]).exit_code == 0, command


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_metrics_page_is_made_from_the_catalogue(language):
    from workbench.words.__main__ import PAGES, page

    written = (ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")
    assert written == page(language), "run: python -m workbench.words"
