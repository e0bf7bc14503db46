"""Memory is bounded: what does not fit into the limit goes to disk, and the answers stay the same."""

import json

import duckdb
import pytest

import workbench
from workbench import engine, export, metrics, settings, store
from workbench.engines.duckdb import limit_memory
from workbench.errors import SettingsError
from workbench.tables import TABLES

EVENTS, MEMBERS = 2_000_000, 500_000
LIMIT = "150MB"
"""Too little for the messages of so many members in order."""
GAPS = """
SELECT CAST(max(gap_days) AS INTEGER) AS longest, count(gap_days) AS gaps
FROM (
    SELECT extract(day FROM occurred_at - lag(occurred_at) OVER (PARTITION BY member_id ORDER BY occurred_at, event_id))
        AS gap_days
    FROM events
) AS e
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two million posts of one month, by half a million members, each four posts on days of their own."""
    folder = tmp_path_factory.mktemp("large")
    settings.create(folder / "community.toml", name="large", timezone="UTC")
    made = {
        "events": f"""
            SELECT 'chat:event ' || i AS event_id, TIMESTAMP '2026-01-01' + to_minutes(i * 7919 % 40320) AS occurred_at,
                'chat:a member with a long name ' || i % {MEMBERS} AS member_id, 'post' AS kind, 'chat:g' AS group_id,
                'chat' AS platform
            FROM range({EVENTS}) AS r(i)""",
        "coverage": """
            SELECT 'chat' AS platform, '' AS group_id, TIMESTAMP '2026-01-01' AS from_at,
                TIMESTAMP '2026-01-31 23:00:00' AS to_at""",
    }
    with duckdb.connect() as connection:
        for name, query in made.items():
            connection.execute(f"CREATE VIEW given_{name} AS SELECT *, 'made' AS import_id FROM ({query})")
            given = {row[0] for row in connection.execute(f"DESCRIBE given_{name}").fetchall()}
            columns = ", ".join(
                f'CAST({c.name if c.name in given else "NULL"} AS {c.type}) AS "{c.name}"' for c in TABLES[name].columns
            )
            month = ", '2026-01' AS month" if TABLES[name].month_of else ""
            rows = connection.sql(f"SELECT {columns}{month} FROM given_{name}")
            store._write(folder / "store" / name, rows, TABLES[name], months=[], overwrite=False)
    (folder / "store" / store.VERSIONS).write_text(json.dumps(dict.fromkeys(made, 0)))
    workbench.open(folder).close()
    return folder


def test_a_question_that_does_not_fit_into_memory_is_answered_from_disk(folder, monkeypatch):
    monkeypatch.setenv("WORKBENCH_MEMORY", LIMIT)
    with workbench.open(folder) as community:
        assert community.run(GAPS, month="2026-01")["gaps"].iloc[0] == EVENTS - MEMBERS
        assert metrics.mau(community, month="2026-01")["mau"].iloc[0] == MEMBERS


def test_the_same_question_fails_where_nothing_may_go_to_disk(folder, monkeypatch):
    # If this one were answered, the test above would prove nothing.
    connect = engine._connect
    monkeypatch.setattr(engine, "_connect", lambda **config: connect(**{**config, "temp_directory": ""}))
    monkeypatch.setenv("WORKBENCH_MEMORY", LIMIT)
    with workbench.open(folder) as community, pytest.raises(duckdb.OutOfMemoryException):
        community.run(GAPS, month="2026-01")


def test_without_a_word_a_community_takes_half_of_the_memory_and_never_more_than_two_and_a_half_gigabytes(monkeypatch):
    monkeypatch.delenv("WORKBENCH_MEMORY", raising=False)
    with duckdb.connect() as connection:
        limit_memory(connection)
        limit = connection.execute("SELECT current_setting('memory_limit')").fetchone()[0]
    number, unit = limit.split()
    assert (unit == "MiB") or (unit == "GiB" and float(number) <= 2.5)


def test_the_settings_limit_the_memory_and_the_environment_has_the_last_word(folder, monkeypatch):
    monkeypatch.delenv("WORKBENCH_MEMORY", raising=False)

    def limit():
        with workbench.open(folder) as community:
            return community.run("SELECT current_setting('memory_limit') AS memory", month="2026-01")["memory"].iloc[0]

    settings = folder / "community.toml"
    before = settings.read_text(encoding="utf-8")
    try:
        settings.write_text('memory = "700MiB"\n' + before, encoding="utf-8")
        assert limit() == "700.0 MiB"
        monkeypatch.setenv("WORKBENCH_MEMORY", "600MiB")
        assert limit() == "600.0 MiB"
    finally:
        settings.write_text(before, encoding="utf-8")


def test_an_export_takes_no_more_memory_than_a_question(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_MEMORY", LIMIT)
    with store.connect(store.snapshot(folder)) as connection:
        assert connection.execute("SELECT current_setting('memory_limit')").fetchone() == ("143.0 MiB",)
        assert connection.execute(GAPS).fetchone()[1] == EVENTS - MEMBERS
    assert export.to_parquet(folder, tmp_path / "lake").written
    rows = duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/lake/events/*/*.parquet'")
    assert rows.fetchall() == [(EVENTS,)]


def test_an_amount_of_memory_that_is_none_is_refused_with_an_example(monkeypatch):
    monkeypatch.setenv("WORKBENCH_MEMORY", "lots'; DROP TABLE events")
    with duckdb.connect() as connection, pytest.raises(SettingsError, match="WORKBENCH_MEMORY=2GB"):
        limit_memory(connection)
