"""Apache Spark: a standalone cluster (`spark://`) or Spark Connect (`sc://`); tables as Parquet or in a catalog."""

import json
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import sqlglot
from sqlglot import exp

from workbench.engines import Stored, without_password
from workbench.engines.duckdb import KEPT_FILES, digest, mark_of, named, turn
from workbench.engines.transpiled import Transpiled, has_type, parsed
from workbench.errors import SettingsError, StoreError
from workbench.tables import PAIRS, TABLES, TEXT, TEXTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Spark's names of types → DuckDB's.
_TYPES = {
    "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT", "float": "DOUBLE",
    "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP", "timestamp_ntz": "TIMESTAMP",
    "array<string>": TEXTS, "map<string,string>": PAIRS,
}  # fmt: skip
_COLUMN_TYPES = {
    TEXT: "STRING", TEXTS: "ARRAY<STRING>", PAIRS: "MAP<STRING,STRING>", "TIMESTAMP": "TIMESTAMP_NTZ",
    "INTERVAL": "INTERVAL DAY TO SECOND", "INTEGER": "INT",
}  # fmt: skip
_OPTIONS = {
    "spark.app.name": "community-workbench",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.maxPlanStringLength": "10000",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# All in one task, without a stage between, a plan made anew on the way or code compiled for it.
_SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
_SCHEMA = "_schema"  # in a kept table's folder: its columns, so that nobody has to look into the files
_HEAVY = 8
"""A part of a WITH that is named twice and reads so many tables is made beforehand."""
_numbers = count(1)
_open: list["Spark"] = []
"""A process has one Spark session: the last connection to close ends it."""


def connect(url: str) -> "Spark":
    """A connection by `spark://host:port` or `sc://host:port`.

    `?tables=` is the folder of canonical Parquet, by a path or address that every worker reaches; or `?schema=` the
    catalog's schema that holds the tables. `?cache=` is a folder that this machine and every worker reach by the same
    path: tables made from these are kept there. `?small=yes` is for a community whose rows are less work than the plans
    of its questions. Further options that begin with `spark.` configure the session.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    tables, schema, cache, small = (options.pop(name, "") for name in ("tables", "schema", "cache", "small"))
    if unknown := [name for name in options if not name.startswith("spark.")]:
        raise SettingsError(
            f"--engine {without_password(url)}: {unknown[0]} is no option of this engine. Allowed: tables, schema, "
            "cache, small, and Spark's own, such as spark.executor.memory=4g"
        )
    options = {**(_SMALL if small else {}), **options}
    session = _session(parts._replace(query="").geturl(), parts, options)
    engine = Spark(session, tables, schema, cache, bool(small), url)
    _open.append(engine)
    return engine


def _session(master: str, parts, options: dict[str, str]) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    if parts.scheme == "sc":
        session = builder.remote(master).getOrCreate()
        for name, value in {**_OPTIONS, **options}.items():
            if name.startswith("spark.sql."):
                session.conf.set(name, value)
        return session
    if parts.hostname in ("localhost", "127.0.0.1"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    for name, value in {**_OPTIONS, **options}.items():
        builder = builder.config(name, value)
    session = builder.master(master).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


class Spark(Transpiled):
    """See `workbench.engines.Engine`. Names are temporary views. Without a folder `cache`, answers that are kept lie in
    the executors' memory and disk: when an executor is lost, questions that need it fail and the community has to be
    opened again. With it they are Parquet there, made once for all processes, under the marks that DuckDB's have too.
    """

    dialect = "spark"

    def __init__(self, session: "SparkSession", tables: str, schema: str, cache: str, in_one: bool, url: str) -> None:
        super().__init__()
        self._cache = Path(cache) if cache else None
        self._marks: dict[str, str] = {}
        self._in_one = in_one
        self._session, self._tables, self._schema, self._url = session, tables.rstrip("/"), schema, url
        self._views: list[str] = []

    def stored(self) -> Stored:
        if not self._tables and not self._schema:
            raise SettingsError(
                f"--engine {without_password(self._url)} does not say where the canonical tables are. Add ?tables= "
                "with the folder that `workbench export --to parquet` wrote, or ?schema= with the catalog's schema."
            )
        told = self._told()
        for name, table in TABLES.items():
            columns = {c.name: c.type for c in table.columns}
            place = self._place(name)
            self._named(place, self._read(name, columns).select(list(columns)))
            self._know(name, place, columns)
            self._marks[name] = digest(told.version, name)
        if told.version == "unknown":
            self._cache = None  # nothing says when the tables change
        return told

    def _told(self) -> Stored:
        try:
            ledger = self._read("exported", {"version": TEXT, "community": TEXT})
        except StoreError:
            return Stored()
        whose = "max(community)" if "community" in ledger.columns else "NULL"
        ((version, community),) = ledger.selectExpr("max(version)", whose).collect()
        return Stored(version or "unknown", community or "")

    def create(self, name: str, text: str, values: dict | None = None, *, view: bool = False) -> None:
        mark = mark_of(name, text, named(text, values), self._marks)
        view = view or not parsed(text).find(exp.Table)  # a row of values alone costs nothing to make again
        if self._cache and not view:
            place = self._place(name)
            answer = self._kept(name, mark, lambda: self._stepwise(self._written(text, values or {})))
            self._know(name, place, self._named(place, answer))
        else:
            super().create(name, text, values, view=view)
        self._marks[name] = mark

    def _kept(self, name: str, mark: str, sql: Callable[[], str]) -> "DataFrame":
        """The answer to a query, from the folder that holds it, written if it is not there."""
        from pyspark.sql.types import StructType

        folder = self._cache / f"{name}-{mark}"
        with turn(self._cache / f"{name}.lock"):
            if not folder.exists():
                self._write(self._session.sql(sql()), folder)
            os.utime(folder)
            by_use = sorted(self._cache.glob(f"{name}-*"), key=lambda one: one.stat().st_mtime_ns)
            for old in by_use[:-KEPT_FILES]:
                shutil.rmtree(old, ignore_errors=True)
        schema = StructType.fromJson(json.loads((folder / _SCHEMA).read_text(encoding="utf-8")))
        return self._session.read.schema(schema).parquet(str(folder))

    def _write(self, answer: "DataFrame", folder: Path) -> None:
        """The answer to a query as Parquet, whole or not at all."""
        import duckdb
        from pyspark.sql import Observation
        from pyspark.sql.functions import count, lit

        aside = folder.with_suffix(f".{os.getpid()}.tmp")
        shutil.rmtree(aside, ignore_errors=True)
        told = Observation()
        answer.observe(told, count(lit(1)).alias("rows")).write.parquet(str(aside))
        files = [str(file) for file in aside.glob("*.parquet")]
        with duckdb.connect() as here:
            rows_of = "SELECT num_rows FROM parquet_file_metadata($files)"
            sizes = here.execute(rows_of, {"files": files}).fetchall() if files else []
        if sum(rows for (rows,) in sizes) != told.get["rows"]:
            # What a worker wrote to a disk of its own would be missing without a word.
            raise StoreError(
                f"not all rows that the workers wrote to {aside} are there. Give as cache= a folder that this machine "
                "and every worker reach by the same path, or leave it out."
            )
        (aside / _SCHEMA).write_text(answer.schema.json(), encoding="utf-8")
        os.replace(aside, folder)

    def insert(self, name: str, columns: dict[str, str], rows: list[tuple]) -> None:
        super().insert(name, columns, rows)
        self._marks[name] = digest(repr(columns), repr(rows))

    def rename(self, name: str, to: str) -> None:
        super().rename(name, to)
        self._marks[to] = self._marks.pop(name)

    def inside(self) -> "Spark":
        other = super().inside()
        other._marks = dict(self._marks)
        return other

    def _read(self, name: str, columns: dict[str, str]) -> "DataFrame":
        from pyspark.errors import AnalysisException

        try:
            if self._schema:
                return self._session.table(f"{self._schema}.{name}")
            return self._session.read.schema(_schema(columns)).parquet(f"{self._tables}/{name}")
        except AnalysisException as error:
            where = self._schema or self._tables
            raise StoreError(
                f"{where} has no table {name} that Spark can read ({str(error).splitlines()[0]}). Put the canonical "
                "tables there: workbench export --community DIR --to parquet FOLDER"
            ) from None

    def close(self) -> None:
        _open.remove(self)
        if not _open:
            self._session.stop()
            return
        for place in self._views:
            self._session.catalog.dropTempView(place)

    def _answer(self, sql: str, values: dict) -> tuple[dict[str, str], list[tuple]]:
        answer = self._session.sql(sql, args={name: _bound(value) for name, value in values.items()})
        return _described(answer), [tuple(row) for row in answer.collect()]

    def _keep(self, place: str, sql: str, view: bool) -> dict[str, str]:
        answer = self._session.sql(sql if view else self._stepwise(sql))
        if not view:
            # Computed here and now, so that a question's plan is its own text and not that of all tables below it.
            answer = answer.localCheckpoint()
        return self._named(place, answer)

    def _stepwise(self, sql: str) -> str:
        """The query with the costly parts of its WITH made beforehand. Spark puts such a part in at each place where it
        is named: parts named twice in parts named twice end in a plan that no driver can hold."""
        tree = sqlglot.parse_one(sql, read=self.dialect)
        weights: dict[str, int] = {}  # how many tables each part reads when all is put in
        known = []
        for part in list(tree.ctes):
            named = [table for table in part.this.find_all(exp.Table) if not table.db]
            weights[part.alias] = sum(weights.get(table.name, 1) for table in named)
            uses = [t for t in tree.find_all(exp.Table) if t.name == part.alias and not t.db]
            if len(uses) < 2 or weights[part.alias] < _HEAVY:
                known.append(part)
                continue
            query = part.this.copy()
            for before in known:
                query = query.with_(before.alias, as_=before.this.copy(), dialect=self.dialect)
            place = self._place(part.alias)
            self._named(place, self._session.sql(query.sql(self.dialect)).localCheckpoint())
            for use in uses:
                use.replace(exp.alias_(exp.to_table(place), use.alias_or_name, table=True))
            weights[part.alias] = 1
            part.pop()
        if not tree.ctes:
            tree.set("with_", None)
        return tree.sql(self.dialect)

    def _put(self, place: str, columns: dict[str, str], rows: list[tuple]) -> None:
        self._named(place, self._session.createDataFrame([tuple(row) for row in rows], _schema(columns)))

    def _named(self, place: str, answer: "DataFrame") -> dict[str, str]:
        self._views.append(place)
        answer = answer.coalesce(1) if self._in_one else answer
        answer.createOrReplaceTempView(place)
        return _described(answer)

    def _place(self, name: str) -> str:
        return f"workbench_{name}_{next(_numbers)}"

    def _said(self, node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
            ordered = node.expression.expressions[0]
            return exp.Anonymous(this="PERCENTILE", expressions=[ordered.this, node.this.this])
        if isinstance(node, exp.DateDiff) and node.unit.name.upper() == "DAY":
            return exp.cast(node.copy(), "BIGINT")
        if isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber | exp.Rank | exp.DenseRank):
            return exp.cast(node.copy(), "BIGINT")
        if isinstance(node, exp.Extract) and node.name.upper() == "ISODOW":
            node.set("this", exp.Var(this="DAYOFWEEK_ISO"))
        elif isinstance(node, exp.Extract) and node.name.upper() == "EPOCH":
            until, since = node.expression.unnest(), exp.cast(exp.Literal.string("1970-01-01"), "TIMESTAMP")
            if isinstance(until, exp.Sub) and not has_type(until.expression, "INTERVAL"):
                until, since = until.this, until.expression
            span = [exp.Var(this="MICROSECOND"), since, until]
            return exp.Paren(this=exp.Anonymous(this="TIMESTAMPDIFF", expressions=span) / 1000000.0)
        elif isinstance(node, exp.Div) and not has_type(node.this, "DOUBLE", "FLOAT"):
            # Division of whole numbers or decimals would be rounded to a few digits.
            node.set("this", exp.cast(node.this, "DOUBLE"))
        elif isinstance(node, exp.RegexpLike) and isinstance(node.expression, exp.Literal):
            # Upper case beyond a to z.
            node.set("expression", exp.Literal.string(node.expression.this.replace("(?i)", "(?iu)")))
        return node


def column_type(kind: str) -> str:
    """Spark's type for a column of a canonical table."""
    return _COLUMN_TYPES.get(kind, kind)


def _schema(columns: dict[str, str]) -> str:
    return ", ".join(f"`{name}` {column_type(kind)}" for name, kind in columns.items())


def _bound(value: object) -> object:
    """Dates and instants as texts, which the query casts: Python's own would go through the machine's time zone."""
    return str(value) if hasattr(value, "isoformat") else value


def _described(answer: "DataFrame") -> dict[str, str]:
    return {field.name: _kind(field.dataType.simpleString()) for field in answer.schema.fields}


def _kind(name: str) -> str:
    if name.startswith("decimal"):
        return "DECIMAL"
    return "INTERVAL" if name.startswith("interval") else _TYPES.get(name, TEXT)
