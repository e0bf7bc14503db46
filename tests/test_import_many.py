"""Several files, or a folder of mixed things: each is recognised, nothing is passed over, the order says nothing."""

import shutil
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
from fake_exports import FAKE, content, event, write
from importing import FIXTURES, zipped

from workbench import cli
from workbench.errors import SourceError
from workbench.sources import registry
from workbench.sources.gather import gather


def found(*paths: Path) -> list[tuple[str, str]]:
    return [(path.name, source.name) for path, source in gather(paths).exports]


def left(*paths: Path) -> dict[str, str]:
    return {one.path.name: one.why for one in gather(paths).left}


@pytest.fixture
def mixed(tmp_path) -> Path:
    """What somebody downloads over the months, in one folder."""
    folder = tmp_path / "mixed"
    (folder / "old" / "tables").mkdir(parents=True)
    conversation = FIXTURES / "conversation"
    zipped(FIXTURES / "slack", folder / "slack.zip")
    shutil.copytree(FIXTURES / "discord", folder / "old" / "server")
    shutil.copytree(conversation / "telegram", folder / "ChatExport")
    shutil.copy(next((FIXTURES / "mattermost").glob("*.jsonl")), folder / "old" / "mattermost")
    (folder / "old" / "tables" / "t.csv").write_text("Wer;Wann\n1;2026-01-05 12:00\n2;2026-01-06 12:00\n")
    (folder / "old" / "tables" / "t.mapping.toml").write_text(
        'table = "members"\nplatform = "club"\ntimezone = "UTC"\n[columns]\nmember_id = "Wer"\njoined_at = "Wann"\n'
    )
    (folder / "map.csv").write_text("person,account\nslack:U0ANA,club:1\n")
    (folder / "letter.txt").write_text("Dear all,\nhere it is.\n")
    (folder / ".hidden").write_text("x")
    return folder


def test_a_mixed_folder_is_taken_apart(mixed):
    assert sorted(found(mixed)) == [
        ("ChatExport", "telegram"), ("map.csv", "identities"), ("mattermost", "mattermost"), ("server", "discord"),
        ("slack.zip", "slack"), ("t.csv", "table"),
    ]  # fmt: skip
    assert list(left(mixed)) == ["letter.txt"]


@pytest.mark.parametrize("name", ["slack", "discord", "stackexchange"])
def test_a_folder_that_is_one_export_is_one(name):
    assert found(FIXTURES / name) == [(name, name)] and left(FIXTURES / name) == {}


def test_other_exports_in_an_export_s_folder_are_not_swallowed(tmp_path):
    """The tempting mistake: the folder is Slack's, so what else lies in it is a file that Slack does not know."""
    folder = shutil.copytree(FIXTURES / "slack", tmp_path / "all")
    (folder / "map.csv").write_text("person,account\na,slack:U1\n")
    shutil.copytree(FIXTURES / "discord", folder / "server")
    (folder / "more").mkdir()
    shutil.copytree(FIXTURES / "conversation" / "whatsapp", folder / "more" / "chat")
    assert sorted(found(folder)) == [
        ("all", "slack"), ("map.csv", "identities"), ("more", "whatsapp"), ("server", "discord")
    ]  # fmt: skip


def test_two_exports_of_one_platform_side_by_side_are_two(tmp_path):
    """As one export, only one of the two would be read."""
    for name in ("work", "club"):
        shutil.copytree(FIXTURES / "slack", tmp_path / name)
    assert found(tmp_path) == [("club", "slack"), ("work", "slack")]


def test_a_file_given_twice_is_read_once(mixed):
    assert found(mixed / "slack.zip", mixed, mixed / "old" / ".." / "slack.zip").count(("slack.zip", "slack")) == 1


def test_links_and_a_community_s_own_store_are_left_aside(tmp_path):
    folder = tmp_path / "f"
    (folder / "mine" / "store").mkdir(parents=True)
    (folder / "mine" / "store" / "versions.json").write_text("{}")
    (folder / "link.csv").symlink_to(tmp_path)
    zipped(FIXTURES / "slack", folder / "slack.zip")
    assert left(folder).keys() == {"link.csv", "mine"} and found(folder) == [("slack.zip", "slack")]
    with pytest.raises(SourceError, match="a community's folder"):
        gather([folder / "mine"])


def test_a_mapping_without_its_table_is_named(tmp_path):
    zipped(FIXTURES / "slack", tmp_path / "slack.zip")
    (tmp_path / "gone.csv.mapping.toml").write_text('table = "members"')
    assert list(left(tmp_path)) == ["gone.csv.mapping.toml"]


def test_a_folder_without_any_export_says_what_it_holds(tmp_path):
    with pytest.raises(SourceError, match="empty folder"):
        gather([tmp_path])
    (tmp_path / "letter.txt").write_text("Dear all")
    (tmp_path / "x.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + b"0" * 600)
    with pytest.raises(SourceError) as told:
        gather([tmp_path])
    assert "letter.txt" in str(told.value) and "unpack it" in str(told.value) and "workbench sources" in str(told.value)


# The command


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["import", *map(str, arguments)])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_folder_is_announced_imported_and_summed_up(run, mixed, tmp_path):
    code, out, _ = run(mixed, "--community", "c", "--timezone", "UTC")
    announced, summary = out.index("read as"), out.index("imported  ")
    assert code == 3 and announced < out.index("stored in") < summary
    assert out.count("letter.txt: its content is in no format that is understood") == 2
    for name in ("slack.zip", "t.csv", "map.csv", "server"):
        assert name in out[announced : out.index("stored in")] and name in out[summary:]
    (mixed / "letter.txt").unlink()
    before = content(tmp_path / "c")
    code, out, _ = run(mixed, "--community", "c")
    assert code == 0 and out[out.index("imported  ") :].count("already in the store") == 6
    assert content(tmp_path / "c") == before


def test_exports_in_any_order_and_by_folder_give_the_same_store(run, mixed, tmp_path):
    (mixed / "letter.txt").unlink()
    parts = ["slack.zip", "map.csv", "old", "ChatExport"]
    orders = [order for number, order in enumerate(permutations(parts)) if number % 8 == 0]
    run(mixed, "--community", "whole", "--timezone", "UTC")
    whole = content(tmp_path / "whole")
    assert whole["events"] and any(row for row in whole["members"] if "slack:U0ANA" in row)
    for number, order in enumerate(orders):
        assert run(*(mixed / part for part in order), "--community", f"c{number}", "--timezone", "UTC")[0] == 0
        assert content(tmp_path / f"c{number}") == whole


def test_overlapping_exports_in_any_order_give_the_same_store(run, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "sources", lambda: [FAKE])
    folder = tmp_path / "months"
    folder.mkdir()
    span = {"platform": "x", "from_at": "2026-09-01T00:00:00"}
    september = ("coverage", {**span, "to_at": "2026-09-30T00:00:00"})
    october = ("coverage", {**span, "to_at": "2026-10-31T00:00:00"})
    files = [
        write(folder / "a", september, event(1, "2026-09-05T12:00:00"), event(2, "2026-09-06T12:00:00")),
        write(folder / "b", october, event(2, "2026-09-06T12:00:00", n_chars=7), event(3)),
        write(folder / "c", october, event(3), event(1, "2026-09-05T12:00:00")),
    ]
    run(folder, "--community", "whole", "--timezone", "UTC")
    for number, order in enumerate(permutations(files)):
        run(*order, order[0], "--community", f"c{number}", "--timezone", "UTC")
        assert content(tmp_path / f"c{number}") == content(tmp_path / "whole")


def test_one_file_that_cannot_be_read_does_not_hold_up_the_others(run, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "sources", lambda: [FAKE])
    bad = write(tmp_path / "a", event(1), ("fail", {"with": "SourceError"}))
    good = write(tmp_path / "b", event(2))
    code, out, err = run(bad, good, "--community", "c", "--timezone", "UTC")
    assert code == 3 and "failed on purpose" in err and "not imported" in out[out.index("imported  ") :]
    assert len(content(tmp_path / "c")["events"]) == 1
    code, out, err = run(bad, bad, "--community", "d", "--timezone", "UTC")
    assert code == 3 and not (tmp_path / "d").exists()


def test_a_name_cannot_steer_the_terminal(run, tmp_path, monkeypatch):
    folder = tmp_path / "f"
    folder.mkdir()
    zipped(FIXTURES / "slack", folder / "a\x1b[2J.zip")
    (folder / "b\x1b]0;x\x07").write_text("no")
    code, out, err = run(folder, "--community", "c", "--timezone", "UTC")
    assert code == 3 and "\x1b" not in out + err and "\x07" not in out + err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"<html>Sign in to download</html>", "is no zip archive, or only a part of one"),
        ({"members.csv": "Name\nAna\n"}, "There are tables in this archive: unpack it"),
        ({"notes.txt": "hello"}, "bring a CSV or Excel table"),
    ],
)
def test_of_an_archive_that_is_no_export_it_is_told_what_to_do(tmp_path, content, told):
    path = tmp_path / "export.zip"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in content.items():
                archive.writestr(name, text)
    with pytest.raises(SourceError, match=told):
        registry.recognise(path)
