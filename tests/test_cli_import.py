"""`workbench import` and `workbench check`, as a person at the terminal meets them."""

import subprocess
import sys

import pytest
from fake_exports import FAKE, content, event, write

from workbench import __version__, cli, settings, store
from workbench.sources import registry


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs `workbench …` in an empty folder, where only the export for tests is understood."""
    monkeypatch.setattr(registry, "sources", lambda: [FAKE])
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_first_import_makes_the_folder_and_its_settings(run, tmp_path):
    export = write(tmp_path / "a", event(1))
    code, out, _ = run(
        "import", export, "--community", "my-community", "--timezone", "Europe/Paris", "--language", "fr"
    )
    assert code == 0 and "events" in out
    made = settings.load(tmp_path / "my-community" / "community.toml")
    assert (made.name, made.timezone, made.language) == ("my-community", "Europe/Paris", "fr")


def test_the_first_import_demands_a_time_zone_and_leaves_nothing(run, tmp_path):
    code, _, err = run("import", write(tmp_path / "a", event(1)), "--community", "c")
    assert code == 2 and "--timezone Europe/Paris" in err and not (tmp_path / "c").exists()


def test_a_misspelt_time_zone_is_answered_with_the_nearest(run, tmp_path):
    code, _, err = run("import", write(tmp_path / "a", event(1)), "--community", "c", "--timezone", "Europe/Pariss")
    assert code == 2 and 'Did you mean "Europe/Paris"?' in err and not (tmp_path / "c").exists()


def test_an_unknown_file_is_refused_before_anything_is_written(run, tmp_path):
    """Also when it comes after one that is understood: either all files are right or none is imported."""
    (tmp_path / "b").write_text("what is this")
    zone = ("--timezone", "UTC")
    code, _, err = run("import", write(tmp_path / "a", event(1)), tmp_path / "b", "--community", "c", *zone)
    assert code == 3 and "Export for tests" in err and not (tmp_path / "c").exists()
    code, _, err = run("import", "nothing.zip", "--community", "c", *zone)
    assert code == 3 and "nothing.zip does not exist" in err and not (tmp_path / "c").exists()


def test_a_failed_first_import_leaves_no_half_made_community(run, tmp_path):
    export = write(tmp_path / "a", event(1), ("fail", {"with": "SourceError"}))
    code, _, err = run("import", export, "--community", "c", "--timezone", "UTC")
    assert code == 3 and "failed on purpose" in err and not (tmp_path / "c").exists()


def test_importing_a_known_file_says_so_and_adds_nothing(run, tmp_path):
    export = write(tmp_path / "a", event(1), ("read", {"message": 1}))
    run("import", export, "--community", "c", "--timezone", "UTC")
    before = content(tmp_path / "c")
    code, out, _ = run("import", export, "--community", "c")
    assert code == 0 and "already in the store" in out and "1 × message" in out and content(tmp_path / "c") == before
    code, out, _ = run("import", export, "--community", "c", "--again")
    assert code == 0 and "already" not in out and content(tmp_path / "c") == before


def test_ctrl_c_ends_with_130_and_breaks_nothing(run, tmp_path):
    run("import", write(tmp_path / "a", event(1)), "--community", "c", "--timezone", "UTC")
    before = content(tmp_path / "c")
    code, _, err = run(
        "import", write(tmp_path / "b", event(2), ("fail", {"with": "KeyboardInterrupt"})), "--community", "c"
    )
    assert code == 130 and "nothing is broken" in err
    assert content(tmp_path / "c") == before and store.interrupted(tmp_path / "c") is None


def test_what_duckdb_makes_of_ctrl_c_is_ctrl_c(run, tmp_path, monkeypatch):
    def stopped(*_, **__):
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(store, "add", stopped)
    code, _, err = run("import", write(tmp_path / "a", event(1)), "--community", "c", "--timezone", "UTC")
    assert code == 130 and "nothing is broken" in err


def test_an_unexpected_error_is_one_sentence_and_a_traceback_only_with_debug(run, tmp_path):
    export = write(tmp_path / "a", event(1), ("fail", {"with": "ValueError"}))
    arguments = ("import", export, "--community", "c", "--timezone", "UTC")
    code, _, err = run(*arguments)
    assert code == 1 and "please report it" in err and "--debug" in err and "Traceback" not in err
    code, _, err = run(*arguments, "--debug")
    assert code == 1 and "Traceback" in err


def test_options_of_the_first_import_are_refused_later(run, tmp_path):
    run("import", write(tmp_path / "a", event(1)), "--community", "c", "--timezone", "UTC")
    code, _, err = run("import", write(tmp_path / "b", event(2)), "--community", "c", "--name", "Another")
    assert code == 2 and "Change it in that file instead" in err


def test_a_mapping_for_files_that_need_none_is_refused(run, tmp_path):
    (tmp_path / "m.toml").write_text("")
    export = write(tmp_path / "a", event(1))
    code, _, err = run("import", export, "--community", "c", "--timezone", "UTC", "--mapping", "m.toml")
    assert code == 2 and "Leave --mapping out" in err and not (tmp_path / "c").exists()
    code, _, err = run("import", export, "--community", "c", "--timezone", "UTC", "--mapping", "no.toml")
    assert code == 2 and "no.toml: there is no such file" in err


def test_the_summary_tells_what_was_left_out_and_why(run, tmp_path):
    export = write(
        tmp_path / "a",
        ("read", {"message": 4}),
        ("dropped", {"system line: topic": 2}),
        ("coverage", {"platform": "x", "from_at": "2026-10-01T00:00:00", "to_at": "2026-10-31T23:59:59"}),
        event(1),
        event(1),
        event(2, kind="poke"),
    )
    _, out, _ = run("import", export, "--community", "c", "--timezone", "UTC")
    squeezed = " ".join(out.split())
    assert "records read: 4 × message" in squeezed
    assert "covers 2026-10-01 00:00 to 2026-10-31 23:59 UTC" in squeezed
    assert "events 1 0 0 1" in squeezed  # new, updated, known, repeated
    assert "system line: topic 2" in squeezed
    assert 'events.kind = "poke" is not allowed.' in squeezed and "a: x:2" in squeezed


def test_check_tells_what_is_in_the_store(run, tmp_path):
    whole, channel = {"platform": "x"}, {"platform": "x", "group_id": "x:g"}
    run(
        "import",
        write(
            tmp_path / "a",
            ("coverage", {**whole, "from_at": "2026-09-01T00:00:00", "to_at": "2026-09-30T00:00:00"}),
            ("coverage", {**channel, "from_at": "2020-01-01T00:00:00", "to_at": "2026-09-30T00:00:00"}),
            ("members", {"member_id": "x:ana", "platform": "x"}),
            ("members", {"member_id": "x:bo", "platform": "x", "role": "bot"}),
            event(1),
        ),
        write(
            tmp_path / "b",
            ("coverage", {**whole, "from_at": "2026-10-20T00:00:00", "to_at": "2026-10-31T00:00:00"}),
            ("members", {"member_id": "x:bo", "platform": "x", "role": "bot"}),
            ("members", {"member_id": "x:cy", "platform": "x"}),
            event(2),
            event(3, authr="?"),
        ),
        *("--community", "c", "--timezone", "Europe/Paris"),
    )  # fmt: skip
    toml = tmp_path / "c" / "community.toml"
    text = toml.read_text(encoding="utf-8").replace("staff = []", 'staff = ["x:ana", "x:nobody"]')
    toml.write_text(text, encoding="utf-8")
    code, out, _ = run("check", "--community", "c")
    assert code == 0
    squeezed = " ".join(out.split())
    assert "events 2 one thing one member did" in squeezed
    assert "members 3 an account" in squeezed
    assert "x 2026-09-01 00:00 2026-09-30 00:00" in squeezed and "20 days without data before" in squeezed
    assert "member 1 staff 1 bot 1 all 3" in squeezed
    assert "names accounts that no export knows: x:nobody" in squeezed
    assert '"authr" is not a column of events.' in squeezed and "b: x:3" in squeezed
    assert run("check", "--community", "c")[1] == out


def test_check_lists_the_member_ids_that_the_settings_ask_for(run, tmp_path):
    members = [("members", {"member_id": f"x:{name}", "platform": "x", "display_name": name}) for name in ("ana", "bo")]
    run("import", write(tmp_path / "a", *members, event(1)), "--community", "club", "--timezone", "UTC")
    code, out, _ = run("check", "--community", "club", "--members")
    assert code == 0
    assert "x:bo" in out and "member_id" in out.splitlines()[0]


def test_check_warns_of_an_interrupted_import(run, tmp_path):
    run("import", write(tmp_path / "a", event(1)), "--community", "c", "--timezone", "UTC")
    (tmp_path / "c" / "store" / store.IMPORTING).write_text('{"file_name": "october.zip"}')
    assert "The import of october.zip was interrupted" in run("check", "--community", "c")[1]


def test_check_of_a_folder_that_is_no_community_says_what_to_do(run):
    code, _, err = run("check", "--community", "nowhere")
    assert code == 2 and "Import an export first" in err


def test_foreign_text_cannot_steer_the_terminal(run, tmp_path):
    nasty = "\x1b[2J\r\nDone. Nothing was left out."
    export = write(tmp_path / "a", ("problems", {"file": "f", "place": nasty, "why": nasty}), ("dropped", {nasty: 1}))
    run_out = run("import", export, "--community", "c", "--timezone", "UTC")[1]
    check_out = run("check", "--community", "c")[1]
    for out in (run_out, check_out):
        assert "\x1b" not in out and "\r" not in out and "\nDone." not in out


@pytest.mark.parametrize("command", [[], ["import"], ["check"]])
def test_help_teaches_with_an_example(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0 and f"workbench {command[0] if command else 'import'} " in out and "my-community" in out


def test_a_wrong_option_is_refused_with_its_usage(run):
    code, _, err = run("import", "--comunity", "c")
    assert code == 2 and "--comunity" in err and "--community" in err


def test_version(run):
    assert run("--version")[1] == f"workbench, version {__version__}\n"


def test_help_loads_nothing_heavy():
    heavy = "{'duckdb', 'deltalake', 'pandas', 'numpy', 'plotly', 'msgspec', 'tqdm', 'papermill', 'nbformat'}"
    program = (
        "import sys, workbench.cli as cli\n"
        "try: cli.main(['--help'])\n"
        f"except SystemExit: print('LOADED', sorted({heavy} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "LOADED []"
