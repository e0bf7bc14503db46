"""Tables and slow answers kept beside the store: read while nothing that they are made from changed, else made anew."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from workbench.engines.duckdb import DuckDB, mark_of

COLUMNS = {"member_id": "VARCHAR"}


@pytest.fixture
def opened(tmp_path):
    """Opens a process's view of the same cache folder, with these members."""
    connections = []

    def opened(*members: str) -> DuckDB:
        connections.append(duckdb.connect())
        tables = DuckDB(connections[-1], kept=tmp_path / "tables")
        tables.insert("members", COLUMNS, [(member,) for member in members])
        tables.create("all_members", "SELECT * FROM members", view=True)
        return tables

    yield opened
    for connection in connections:
        connection.close()


def accounts(tables: DuckDB, text: str = "SELECT member_id FROM all_members", values: dict | None = None) -> list[str]:
    tables.create("accounts", text, values)
    return sorted(tables.ask("SELECT member_id FROM accounts")["member_id"])


def files(tmp_path) -> list[str]:
    return sorted(file.name for file in (tmp_path / "tables").glob("accounts-*.parquet"))


def test_a_second_process_reads_what_the_first_one_made(opened, tmp_path):
    assert accounts(opened("a", "b")) == ["a", "b"]
    (file,) = (tmp_path / "tables").glob("accounts-*.parquet")
    # Put another answer in its place: who reads it did not make it again.
    duckdb.sql("SELECT 'kept' AS member_id").write_parquet(str(file))
    assert accounts(opened("a", "b")) == ["kept"]


def test_a_change_two_tables_away_makes_the_table_again(opened, tmp_path):
    # Tempting: to look at the text alone, or at the tables it names and not at those that these are made from.
    accounts(opened("a"))
    assert accounts(opened("a", "b")) == ["a", "b"]
    assert len(files(tmp_path)) == 2


def test_another_text_or_another_value_is_another_table(opened, tmp_path):
    tables = opened("a", "b")
    assert accounts(tables, "SELECT * FROM members WHERE member_id = $one", {"one": "a"}) == ["a"]
    assert accounts(tables, "SELECT * FROM members WHERE member_id = $one", {"one": "b"}) == ["b"]
    assert accounts(tables, "SELECT * FROM members WHERE member_id >= $one", {"one": "a"}) == ["a", "b"]
    assert len(files(tmp_path)) == 3


def test_a_table_that_took_the_name_of_another_is_not_mistaken_for_it(opened):
    # A part of the community puts fewer rows under the names of the whole.
    tables = opened("a", "b")
    assert accounts(tables, "SELECT * FROM members") == ["a", "b"]
    tables.rename("members", "whole_members")
    tables.create("members", "SELECT * FROM whole_members WHERE member_id = 'a'")
    tables.rename("accounts", "whole_accounts")
    assert accounts(tables, "SELECT * FROM members") == ["a"]


def test_what_a_month_makes_is_not_seen_outside_but_kept(opened, tmp_path):
    tables = opened("a")
    assert accounts(tables.inside()) == ["a"]
    with pytest.raises(duckdb.CatalogException):
        tables.ask("SELECT * FROM accounts")
    assert len(files(tmp_path)) == 1


def test_only_the_forty_last_used_files_of_a_table_stay(opened, tmp_path):
    tables = opened("a")
    for number in range(45):
        accounts(tables, f"SELECT member_id, {number} AS number FROM members")
    assert len(files(tmp_path)) == 40
    assert accounts(tables) == ["a"]


@pytest.fixture
def every_answer_is_slow(monkeypatch):
    monkeypatch.setattr("workbench.engines.duckdb.SLOW", 0)


COUNT = "SELECT count(*) AS n FROM all_members WHERE member_id >= $least"


def count(tables: DuckDB, *, least: str = "a", keep: bool = True) -> int:
    return int(tables.ask(COUNT, {"least": least, "beside": 1}, keep=keep)["n"].iloc[0])


def test_a_slow_answer_is_read_by_the_next_process_until_a_table_or_a_value_changes(
    opened, tmp_path, every_answer_is_slow
):
    assert count(opened("a", "b")) == 2
    (file,) = (tmp_path / "tables" / "answers").iterdir()
    # Put another answer in its place: who reads it did not ask again.
    duckdb.sql("SELECT 7 AS n").write_parquet(str(file))
    assert count(opened("a", "b")) == 7
    assert count(opened("a", "b"), least="b") == 1
    assert count(opened("a", "b", "c")) == 3
    assert count(opened("a", "b"), keep=False) == 2


def test_long_arrays_that_differ_in_the_middle_are_different_values():
    one, other = np.zeros(5000), np.zeros(5000)
    other[2500] = 1
    assert repr(one) == repr(other)
    assert mark_of("", "SELECT $given", {"given": one}, {}) != mark_of("", "SELECT $given", {"given": other}, {})


def test_a_quick_answer_is_not_written(opened, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.engines.duckdb.SLOW", 1e9)
    assert count(opened("a")) == 1
    assert not (tmp_path / "tables" / "answers").exists()


def test_a_kept_answer_has_the_rows_order_and_types_of_the_first(opened, every_answer_is_slow):
    text = (
        "SELECT * FROM (VALUES (3, 1.5::DOUBLE, 'z', DATE '2026-03-01', TIMESTAMP '2026-03-01 10:00:00', ['a', NULL], "
        "true, 2::HUGEINT), (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (2, 0.1, '=x\"', NULL, NULL, [], false, 1)) "
        "AS t(a, b, c, d, e, f, g, h)"
    )
    first = opened("a").ask(text, keep=True)
    pd.testing.assert_frame_equal(opened("a").ask(text, keep=True), first)
    assert first["a"].tolist() == [3, 1, 2]


def test_a_question_that_fails_leaves_nothing_and_can_be_asked_again(opened, tmp_path, every_answer_is_slow):
    tables = opened("a")
    with pytest.raises(duckdb.Error):
        tables.ask("SELECT error('no') AS n FROM all_members", keep=True)
    assert count(tables) == 1
    assert [file.suffix for file in (tmp_path / "tables" / "answers").iterdir()] == [".parquet"]


def test_a_damaged_answer_is_asked_anew_and_mended(opened, tmp_path, every_answer_is_slow):
    count(opened("a", "b"))
    (file,) = (tmp_path / "tables" / "answers").iterdir()
    for damage in (b"", b"PAR1", b"no Parquet at all, but long enough to look at", file.read_bytes()[:-20]):
        file.write_bytes(damage)
        assert count(opened("a", "b")) == 2
        assert duckdb.sql(f"SELECT n FROM '{file}'").fetchall() == [(2,)]


def test_only_so_many_answers_stay(opened, tmp_path, every_answer_is_slow, monkeypatch):
    monkeypatch.setattr("workbench.engines.duckdb.KEPT_ANSWERS", 3)
    tables = opened("a")
    for least in "abcdefg":
        count(tables, least=least)
    assert len(list((tmp_path / "tables" / "answers").iterdir())) == 3
