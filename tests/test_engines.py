"""Every count gives the same answer on every engine; a table arrives there whole or not at all.

PostgreSQL and Spark take part where a server is: `python wb.py test --engines` starts both, or name your own in
WORKBENCH_TEST_POSTGRESQL and WORKBENCH_TEST_SPARK. Without one, DuckDB itself plays the foreign engine: its texts take
the same way through sqlglot.
"""

import inspect
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import made
import pandas as pd
import pytest
from club import HOSTILE, club
from fake_exports import add, write
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal

from workbench import engine, engines, metrics
from workbench.engine import Part, community_of_rows, open_community
from workbench.engines.duckdb import DuckDB
from workbench.errors import MissingExtraError, SettingsError, StoreError
from workbench.store import snapshot
from workbench.tables import TABLES

pytest.importorskip("sqlglot", reason="sqlglot is not installed: it comes with the extras postgresql and spark")

from workbench import export
from workbench.engines.transpiled import Transpiled

SERVERS = {
    "postgresql": os.environ.get("WORKBENCH_TEST_POSTGRESQL", ""),
    "spark": os.environ.get("WORKBENCH_TEST_SPARK", ""),
    "connect": os.environ.get("WORKBENCH_TEST_CONNECT", ""),
}
ENGINES = ("itself", "postgresql", "spark")  # Spark Connect is Spark, and slow: it has one test
MONTH = "2026-03"
GAPS: dict[tuple[str, str], str] = {}
"""(engine, question) → why that engine cannot answer it; a strict expected failure."""


class Itself(Transpiled):
    """DuckDB as a foreign engine: what a question becomes on its way through sqlglot must still mean the same."""

    dialect = "duckdb"

    def __init__(self):
        super().__init__()
        self.here = DuckDB(engine._connect())

    def _answer(self, sql, values):
        answer = self.here.connection.execute(sql, values)
        columns = {column[0]: _base(str(column[1])) for column in answer.description}
        return columns, answer.fetchall()

    def _keep(self, place, sql, view):
        self.here.create(place, sql, view=view)
        rows = self.here.connection.execute(f"DESCRIBE {place}").fetchall()
        return {name: kind for name, kind, *_ in rows}

    def _put(self, place, columns, rows):
        self.here.insert(place, columns, [])
        if rows:
            marks = ", ".join("?" * len(columns))
            self.here.connection.executemany(f"INSERT INTO {place} VALUES ({marks})", rows)

    def _placeholder(self, number, name):
        from sqlglot import exp

        return exp.Parameter(this=exp.Var(this=name))

    def close(self):
        self.here.close()


def _base(kind):
    return "DECIMAL" if kind == "HUGEINT" else kind.partition("(")[0]


@pytest.fixture(autouse=True)
def a_foreign_engine_without_server(monkeypatch):
    usual = engines.connect
    monkeypatch.setattr(engines, "connect", lambda url: Itself() if url == "itself" else usual(url))


def url_of(name):
    if name == "itself":
        return name
    if not SERVERS[name]:
        pytest.skip(f"no {name} server: `python wb.py test --engines` starts one, or set WORKBENCH_TEST_{name.upper()}")
    return SERVERS[name]


# Questions


def questions():
    """All metrics that need no more than a community and a month, and each of their yes-or-no options."""
    for name in metrics.__all__:
        one = getattr(metrics, name)
        if not callable(one):
            continue
        first, *others = inspect.signature(one).parameters.values()
        if first.name != "community" or any(o.default is o.empty and o.name != "month" for o in others):
            continue
        yield name, {}
        yield from ((name, {o.name: True}) for o in others if o.default is False)


def params(*names):
    for name in names:
        for question, options in questions():
            label = " ".join([question, *options])
            gap = GAPS.get((name, label))
            marks = [pytest.mark.xfail(reason=gap, strict=True)] if gap else []
            yield pytest.param(name, question, options, marks=marks, id=f"{name} {label}")


def assert_equal(answer, expected):
    """The same rows, order, columns and types; fractions to nine digits (engines add in different orders)."""
    assert_frame_equal(answer, expected, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def club_on():
    """The club on an engine, opened once."""
    known = {}

    def opened(url):
        if url not in known:
            known[url] = community_of_rows(club(), timezone="Europe/Paris", engine=url)
        return known[url]

    yield opened
    for community in known.values():
        community.close()


@pytest.mark.parametrize(("name", "question", "options"), list(params(*ENGINES)))
def test_a_count_is_the_same_on_every_engine(club_on, name, question, options):
    there, ask = club_on(url_of(name)), getattr(metrics, question)
    assert_equal(ask(there, month=MONTH, **options), ask(club_on("duckdb"), month=MONTH, **options))


def test_every_sql_text_is_asked_by_some_metric_here(monkeypatch):
    # A text that no metric here asks would be checked on no other engine.
    asked, read = set(), engine.question_sql
    monkeypatch.setattr(engine, "question_sql", lambda question: asked.add(question) or read(question))
    with community_of_rows(club(), timezone="Europe/Paris") as community:
        for question, options in questions():
            getattr(metrics, question)(community, month=MONTH, **options)
    texts = {file.name.removesuffix(".sql") for file in files("workbench").joinpath("metrics", "sql").iterdir()}
    assert texts - asked == set()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(made.communities())
def test_what_goes_wrong_in_exports_goes_wrong_alike(given_rows):
    other = community_of_rows(given_rows.rows, timezone=given_rows.timezone, engine="itself")
    with given_rows.open() as here, other as there:
        for question in (
            "reconciliation",
            "lifecycle_by_month",
            "highly_engaged",
            "at_risk",
            "quiet_spells",
            "unanswered",
        ):
            ask = getattr(metrics, question)
            assert_equal(ask(there, month=MONTH), ask(here, month=MONTH))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "part", [Part(groups=("chat:aide",)), Part(platforms=("chat",)), Part(roles=("member",))], ids=str
)
def test_a_part_of_a_community_is_the_same_on_every_engine(name, part):
    with (
        community_of_rows(club(), timezone="Europe/Paris", part=part) as here,
        community_of_rows(club(), timezone="Europe/Paris", part=part, engine=url_of(name)) as there,
    ):
        for question in ("reconciliation", "mau", "quiet_spells", "engagement_rate"):
            ask = getattr(metrics, question)
            assert_equal(ask(there, month=MONTH), ask(here, month=MONTH))


# Values and names


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "value", [HOSTILE, "", 3, 2**40, 0.1, True, date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, 0, 1)], ids=repr
)
def test_a_value_arrives_as_it_is_bound_or_as_literal(name, value):
    here, there = DuckDB(engine._connect()), engines.connect(url_of(name))
    try:
        there.create("given", "SELECT $value AS value", {"value": value})
        expected = here.ask("SELECT $value AS value", {"value": value})
        assert expected["value"].iloc[0] == (pd.Timestamp(value) if isinstance(value, date) else value)
        for text in ("SELECT $value AS value", "SELECT value FROM given WHERE value = $value"):
            assert_equal(there.ask(text, {"value": value}), expected)
    finally:
        there.close()


@pytest.mark.parametrize("name", ENGINES)
def test_what_duckdb_means_by_its_words_is_what_every_engine_says(name):
    text = """
    WITH days (day, other, n, word) AS (
        VALUES
        (DATE '2026-03-29', DATE '2026-02-27', 7, 'b'),
        (DATE '2026-03-30', DATE '2026-03-01', 2, 'É'),
        (NULL, NULL, 5, 'a')
    )
    SELECT
        word,
        day - other AS between_days,
        day - other + 1 AS and_one,
        (day - other) - (DATE '2026-03-31' - other) AS of_numbers,
        n / 2 AS half,
        day - CAST(n AS INTEGER) AS earlier,
        CAST(extract(isodow FROM day) AS INTEGER) AS weekday,
        regexp_matches(word, '(?i)é') AS accented,
        lower(word) AS lowered,
        CAST(date_trunc('week', day) AS DATE) AS week,
        CAST(extract(epoch FROM CAST(day AS TIMESTAMP)) AS BIGINT) AS since_1970,
        CAST(extract(epoch FROM (CAST(day AS TIMESTAMP) - INTERVAL 1 HOUR)) AS BIGINT) AS an_hour_less,
        CAST(extract(epoch FROM (CAST(day AS TIMESTAMP) - CAST(other AS TIMESTAMP))) AS BIGINT) AS seconds_between,
        row_number() OVER (ORDER BY word) AS place,
        row_number() OVER (ORDER BY day DESC) AS nulls_last
    FROM days
    ORDER BY day, word
    """
    connection = engines.connect(url_of(name))
    try:
        assert_equal(connection.ask(text), DuckDB(engine._connect()).ask(text))
        median = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) AS m FROM (VALUES (1), (2), (4), (10)) AS t (n)"
        assert connection.ask(median)["m"].tolist() == [3.0]
    finally:
        connection.close()


def test_a_table_hidden_by_a_name_of_with_is_not_the_stored_one():
    connection = Itself()
    connection.insert("coverage", {"day": "DATE"}, [(date(2026, 3, 1),), (date(2026, 3, 2),)])
    text = (
        "WITH coverage AS (SELECT day FROM coverage WHERE day > DATE '2026-03-01') SELECT count(*) AS n FROM coverage"
    )
    assert connection.ask(text)["n"].tolist() == [1]


def test_what_is_made_inside_does_not_show_outside_and_hides_what_is_there():
    connection = Itself()
    connection.insert("period", {"n": "INTEGER"}, [(1,)])
    inside = connection.inside()
    inside.create("period", "SELECT n + 1 AS n FROM period")
    assert inside.ask("SELECT n FROM period")["n"].tolist() == [2]
    assert connection.ask("SELECT n FROM period")["n"].tolist() == [1]


# Naming an engine


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://ana:secret@host/db", r'mysql://ana:…@host/db: there is no engine "mysql".*postgresql'),
        ("spar://h:7077", r'Did you mean "spark"'),
        ("postgres", r"names no place.*postgres://"),
    ],
)
def test_an_engine_that_is_not_there_is_refused_without_showing_the_password(url, message):
    with pytest.raises(SettingsError, match=message) as told:
        engines.connect(url)
    assert "secret" not in str(told.value)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "pyspark" else True)
    with pytest.raises(MissingExtraError, match=r'pyspark.*pip install "community-workbench\[spark\]"'):
        engines.connect("spark://h:7077")


def test_a_report_on_a_cluster_asks_for_a_share_of_it_as_it_would_wait_for_ever(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: True)
    monkeypatch.setattr(engines, "import_module", lambda name: None)
    with pytest.raises(SettingsError, match=r"spark\.cores\.max"):
        engines.check("spark://h:7077?tables=/lake")
    engines.check("spark://h:7077?tables=/lake&spark.cores.max=2")
    engines.check("sc://h:15002")


def test_the_environment_names_the_engine_and_an_argument_goes_before_it(tmp_path, monkeypatch):
    folder = stored(tmp_path)
    monkeypatch.setenv(engines.VARIABLE, "mysql://h")
    with pytest.raises(SettingsError, match="no engine"):
        open_community(folder)
    open_community(folder, engine="duckdb").close()


# Export


def stored(tmp_path, name="one", months=(1, 2, 3)):
    folder = tmp_path / "community"
    folder.mkdir(exist_ok=True)
    (folder / "community.toml").write_text('name = "c"\ntimezone = "Europe/Paris"\n', encoding="utf-8")
    rows = [("coverage", {"platform": "chat", "from_at": datetime(2026, 1, 1), "to_at": datetime(2026, 4, 30)})]
    rows.append(
        ("members", {"member_id": "chat:a", "platform": "chat", "display_name": HOSTILE, "attributes": {"k": "v"}})
    )
    rows.append(("groups", {"group_id": "chat:g", "platform": "chat", "owner_ids": ["chat:a", "chat:b"]}))
    for month in months:
        for day in (1, 15, 28):
            at = datetime(2026, month, day, 23, 30)
            event = {"event_id": f"chat:{name}-{month}-{day}", "platform": "chat", "occurred_at": at, "kind": "post",
                     "member_id": "chat:a", "group_id": "chat:g"}  # fmt: skip
            rows += [
                ("events", event),
                ("messages", {k: event[k] for k in ("event_id", "occurred_at")} | {"text": HOSTILE}),
            ]
    add(folder, write(tmp_path / f"{name}.fake", *rows), platform="chat")
    return folder


def read_back(target, name):
    with DuckDB(engine._connect()).connection as connection:
        columns = ", ".join(f'"{c.name}"' for c in TABLES[name].columns)
        return connection.execute(
            f"SELECT {columns} FROM read_parquet('{target}/{name}/**/*.parquet', hive_partitioning = true) ORDER BY ALL"
        ).fetchall()


def test_exported_parquet_holds_the_rows_of_the_store_a_month_a_folder(tmp_path):
    folder, lake = stored(tmp_path), tmp_path / "lake"
    export.to_parquet(folder, lake)
    with open_community(folder) as community:
        for name in ("events", "messages", "members", "groups", "coverage", "visits"):
            columns = ", ".join(f'"{c.name}"' for c in TABLES[name].columns)
            expected = community._engine.connection.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
            assert read_back(lake, name) == expected, name
    assert sorted(path.name for path in (lake / "events").iterdir()) == [
        "month=2026-01",
        "month=2026-02",
        "month=2026-03",
    ]


def test_an_export_that_is_up_to_date_writes_nothing_and_a_new_month_only_itself(tmp_path):
    folder, lake = stored(tmp_path), tmp_path / "lake"
    first = export.to_parquet(folder, lake)
    again = export.to_parquet(folder, lake)
    assert first.same == 0 and again.written == 0 and again.same == first.written
    stored(tmp_path, "two", months=(4,))
    later = export.to_parquet(folder, lake)
    assert later.version == snapshot(folder).version != first.version
    assert len(read_back(lake, "events")) == 12 and later.same >= 6  # three months of events and of messages


def test_an_export_that_is_stopped_leaves_the_older_one(tmp_path, monkeypatch):
    folder, lake = stored(tmp_path), tmp_path / "lake"
    export.to_parquet(folder, lake)
    stored(tmp_path, "two", months=(4,))
    copy = export._copy

    def stopped(connection, rows, file):
        if "members" in str(file):
            raise KeyboardInterrupt
        copy(connection, rows, file)

    monkeypatch.setattr(export, "_copy", stopped)
    with pytest.raises(KeyboardInterrupt):
        export.to_parquet(folder, lake)
    assert len(read_back(lake, "events")) == 9
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_folder_with_other_files_is_not_taken_for_an_export(tmp_path):
    folder = stored(tmp_path)
    other = tmp_path / "photos"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"x")
    with pytest.raises(SettingsError, match="holds other files"):
        export.to_parquet(folder, other)
    assert (other / "a.jpg").exists()


def of_another(folder, name="another"):
    """The same folder, called otherwise."""
    (folder / "community.toml").write_text(f'name = "{name}"\ntimezone = "Europe/Paris"\n', encoding="utf-8")
    return folder


def test_an_export_does_not_replace_the_tables_of_another_community(tmp_path):
    folder, lake = stored(tmp_path), tmp_path / "lake"
    export.to_parquet(folder, lake)
    before = {file: file.read_bytes() for file in lake.rglob("*.parquet")}
    with pytest.raises(SettingsError, match=r'lake holds .*"c", and this is "another".*Choose another folder'):
        export.to_parquet(of_another(folder), lake)
    assert {file: file.read_bytes() for file in lake.rglob("*.parquet")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["community", "lake", "one.fake"]


def test_an_export_that_does_not_say_whose_it_is_is_brought_up_to_date_and_then_says_it(tmp_path):
    folder, lake = stored(tmp_path), tmp_path / "lake"
    first, ledger = export.to_parquet(folder, lake), export._file(lake, export.LEDGER)
    with DuckDB(engine._connect()).connection as connection:
        connection.execute(f"CREATE TABLE old AS SELECT * EXCLUDE (community) FROM '{ledger}'")
        connection.execute(f"COPY old TO '{ledger}' (FORMAT parquet)")
    again = export.to_parquet(folder, lake)
    assert (again.written, again.same) == (0, first.written)
    with DuckDB(engine._connect()).connection as connection:
        assert connection.execute(f"SELECT DISTINCT community FROM '{ledger}'").fetchall() == [("c",)]


def test_an_address_that_is_no_database_is_refused_without_showing_the_password(tmp_path):
    with pytest.raises(SettingsError, match="no PostgreSQL address") as told:
        export.to_postgresql(stored(tmp_path), "mysql://ana:secret@host/db")
    assert "secret" not in str(told.value)


def test_an_address_is_no_folder_for_parquet_and_makes_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"--to postgres") as told:
        export.to_parquet(tmp_path, "postgresql://ana:secret@host/db")
    assert "secret" not in str(told.value) and not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    folder = stored(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match=r"file cannot be written to.*another folder"):
        export.to_parquet(folder, tmp_path / "file" / "lake")


def test_tables_that_are_not_those_of_the_store_are_said_and_never_taken_in_silence(tmp_path):
    with open_community(stored(tmp_path)) as here:
        there = replace(here, engine="postgresql://ana:secret@host/db")
        assert here.other_than_its_store() == there.other_than_its_store() == ""
        assert replace(there, version="unknown").other_than_its_store() == ""
        said = replace(there, version="of last month").other_than_its_store()
        assert "of last month" in said and "workbench export" in said and "secret" not in said
        assert replace(there, version="x", folder=tmp_path / "settings alone").other_than_its_store() == ""
        said = replace(there, version="x", exported_from="another").other_than_its_store()
        assert 'of the community "another"' in said and 'is "c"' in said and "secret" not in said
        assert replace(there, exported_from="its old name").other_than_its_store() == ""  # the same rows


@pytest.fixture
def schema(request):
    """A schema of the test server that is empty before and gone after."""
    url = url_of("postgresql")
    import psycopg

    name = "test_of_the_workbench"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        yield f"{url}{'&' if '?' in url else '?'}schema={name}", name, connection
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def asked_of_both(folder, url):
    with open_community(folder) as here, open_community(folder, engine=url) as there:
        assert (there.version, there.exported_from) == (here.version, "c")
        assert (there.first_day, there.last_day) == (here.first_day, here.last_day)
        for question in ("mau", "dau", "reconciliation", "feedback_texts", "coverage", "imports_read"):
            ask = getattr(metrics, question)
            for month in ("2026-02", "2026-03"):
                assert_equal(ask(there, month=month), ask(here, month=month))
        part = {"group": "chat:g"}
        assert_equal(
            metrics.mau(there.where(**part), month="2026-03"), metrics.mau(here.where(**part), month="2026-03")
        )


def test_a_community_in_postgresql_answers_as_its_store(tmp_path, schema):
    url, name, connection = schema
    folder = stored(tmp_path)
    with pytest.raises(StoreError, match="workbench export"):
        open_community(folder, engine=url)
    first = export.to_postgresql(folder, url)
    asked_of_both(folder, url)
    connection.execute(f"CREATE VIEW {name}.mine AS SELECT count(*) FROM {name}.events")  # a reader's own view stays
    stored(tmp_path, "two", months=(4,))
    later = export.to_postgresql(folder, url)
    assert later.written < first.written and export.to_postgresql(folder, url).written == 0
    assert connection.execute(f"SELECT * FROM {name}.mine").fetchone() == (12,)
    asked_of_both(folder, url)


def test_a_schema_of_postgresql_keeps_to_one_community(tmp_path, schema):
    url, name, connection = schema
    folder = stored(tmp_path)
    first = export.to_postgresql(folder, url)
    with pytest.raises(SettingsError, match=r'holds .*"c", and this is "another".*\?schema=NAME'):
        export.to_postgresql(of_another(folder), url)
    with open_community(folder, engine=url) as there:
        assert (there.exported_from, there.settings.name) == ("c", "another")
    connection.execute(f"ALTER TABLE {name}.exported DROP COLUMN community")  # as an older export left it
    with open_community(folder, engine=url) as there:
        assert (there.version, there.exported_from) == (first.version, "")
    assert export.to_postgresql(folder, url).written == 0
    with open_community(folder, engine=url) as there:
        assert there.exported_from == "another"


def test_an_export_to_postgresql_that_is_stopped_leaves_the_older_rows(tmp_path, schema, monkeypatch):
    url, name, connection = schema
    folder = stored(tmp_path)
    export.to_postgresql(folder, url)
    stored(tmp_path, "two", months=(4,))
    from workbench.engines import postgresql

    replace = postgresql.Writer.replace

    def stopped(self, name, columns, rows, *, month=""):
        if name == "messages":  # after the events
            raise KeyboardInterrupt
        replace(self, name, columns, rows, month=month)

    monkeypatch.setattr(postgresql.Writer, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        export.to_postgresql(folder, url)
    assert connection.execute(f"SELECT count(*) FROM {name}.events").fetchone() == (9,)


def test_a_user_of_postgresql_who_may_not_is_told_what_is_missing(tmp_path, schema):
    url, name, connection = schema
    folder, user = stored(tmp_path), f"{name}_user"
    theirs = url.replace("//workbench@", f"//{user}@")
    if theirs == url:
        pytest.skip("this server's user is not the one that `python wb.py test --engines` makes")
    connection.execute(f"DROP ROLE IF EXISTS {user}")
    connection.execute(f"CREATE ROLE {user} LOGIN")
    try:
        with pytest.raises(SettingsError, match=r"permission denied.*create the schema"):
            export.to_postgresql(folder, theirs)
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {user}")
        export.to_postgresql(folder, theirs)  # without any right on the database
        asked_of_both(folder, theirs)
        connection.execute(f"ALTER TABLE {name}.members RENAME COLUMN plan TO plans")
        with pytest.raises(StoreError, match=r"lacks columns.*members\.plan\. .*workbench export"):
            open_community(folder, engine=theirs)
    finally:
        connection.execute(f"DROP OWNED BY {user} CASCADE")
        connection.execute(f"DROP ROLE {user}")


def test_tables_of_somebody_else_are_not_replaced(tmp_path, schema):
    url, name, connection = schema
    connection.execute(f"CREATE SCHEMA {name}")
    connection.execute(f"CREATE TABLE {name}.events (a int)")
    with pytest.raises(SettingsError, match="no export wrote: events"):
        export.to_postgresql(stored(tmp_path), url)


def test_a_community_in_parquet_answers_on_spark_as_its_store(tmp_path):
    url = url_of("spark")
    folder, lake = stored(tmp_path), tmp_path / "lake"
    export.to_parquet(folder, lake)
    asked_of_both(folder, f"{url}{'&' if '?' in url else '?'}tables={lake}")


def test_a_community_in_parquet_answers_through_spark_connect_as_its_store(tmp_path):
    """In a process of its own: one has a session of the cluster or of Spark Connect, never both."""
    url = url_of("connect")
    folder, lake = stored(tmp_path), tmp_path / "lake"
    export.to_parquet(folder, lake)
    names = ("mau", "engagement_rate", "top_contributors", "unanswered")
    ask = (
        "import sys, workbench; from workbench import metrics\n"
        "folder, engine, month, to, *names = sys.argv[1:]\n"
        "with workbench.open(folder, engine=engine) as community:\n"
        "    for name in names:\n"
        "        getattr(metrics, name)(community, month=month).to_pickle(f'{to}/{name}.pkl')\n"
    )
    url = f"{url}{'&' if '?' in url else '?'}tables={lake}"
    subprocess.run([sys.executable, "-c", ask, folder, url, MONTH, tmp_path, *names], check=True)
    with open_community(folder) as community:
        for name in names:
            assert_equal(pd.read_pickle(tmp_path / f"{name}.pkl"), getattr(metrics, name)(community, month=MONTH))


def test_a_report_on_postgresql_is_that_of_the_store_to_the_byte(tmp_path, schema):
    folder, (url, *_) = stored(tmp_path), schema
    export.to_postgresql(folder, url)
    pages = Path(__file__).parent / "notebooks" / "good"
    for out, engine_of_it in (("here", "duckdb"), ("there", url)):
        given = {"community": folder, "notebooks": pages, "jobs": "1", "out": tmp_path / out, "engine": engine_of_it}
        options = [part for key, value in given.items() for part in (f"--{key}", value)]
        subprocess.run([sys.executable, "-m", "workbench", "report", "--quiet", *options], check=True)
    for file in ("numbers.json", "report.html", "actions.xlsx"):
        assert (tmp_path / "there" / file).read_bytes() == (tmp_path / "here" / file).read_bytes(), file
