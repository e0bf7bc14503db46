"""The same SQL texts for an engine with another dialect: read, typed, bound, renamed and written anew by sqlglot.

A warehouse's adapter derives from `Transpiled` and gives four things: its `dialect`, how to run a query, how to keep an
answer under a name, and what it says differently (`_said`), if sqlglot does not know.
"""

from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from workbench.engines.frames import frame

if TYPE_CHECKING:
    import pandas as pd


class Transpiled:
    """See `workbench.engines.Engine`. Each table made has a name of its own in the engine, so that nothing is ever
    replaced there: the name by which texts know it points to it."""

    dialect = ""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._columns: dict[str, dict[str, str]] = {}
        self._numbers = count(1)

    # What an adapter gives

    def _answer(self, sql: str, values: dict) -> tuple[dict[str, str], list[tuple]]:
        """Column names with their types, and the rows."""
        raise NotImplementedError

    def _keep(self, place: str, sql: str, view: bool) -> dict[str, str]:
        """Keep the answer to a query (without values) under a name; its column names with their types."""
        raise NotImplementedError

    def _put(self, place: str, columns: dict[str, str], rows: list[tuple]) -> None:
        """Keep rows under a name."""
        raise NotImplementedError

    def _said(self, node: exp.Expression) -> exp.Expression:
        """A typed part of a query as this engine says it; most parts as they are."""
        return node

    def _place(self, name: str) -> str:
        """A free name in the engine for a table of this connection."""
        return f"{name}_{next(self._numbers)}"

    # What texts see

    def create(self, name: str, text: str, values: dict | None = None, *, view: bool = False) -> None:
        place = self._place(name)
        # Engines bind no values in a definition: here they are literals, made by sqlglot from typed values.
        columns = self._keep(place, self._written(text, values or {}), view)
        self._know(name, place, columns)

    def insert(self, name: str, columns: dict[str, str], rows: list[tuple]) -> None:
        place = self._place(name)
        self._put(place, columns, rows)
        self._know(name, place, columns)

    def rename(self, name: str, to: str) -> None:
        self._names[to], self._columns[to] = self._names.pop(name), self._columns.pop(name)

    def ask(self, text: str, values: dict | None = None, *, keep: bool = False) -> "pd.DataFrame":
        bound: dict[str, object] = {}
        sql = self._written(text, values or {}, bound)
        return frame(*self._answer(sql, bound))

    def inside(self) -> "Transpiled":
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__
        other._names, other._columns = dict(self._names), dict(self._columns)
        return other

    def _know(self, name: str, place: str, columns: dict[str, str]) -> None:
        self._names[name], self._columns[name] = place, columns

    def _written(self, text: str, values: dict, bound: dict | None = None) -> str:
        """The text in this engine's SQL; with `bound`, values become placeholders and are put there in the order of
        their numbers."""

        def valued(node: exp.Expression) -> exp.Expression:
            if not isinstance(node, exp.Parameter | exp.Placeholder):
                return node
            value = values[node.name]
            if bound is None:
                return typed(literal(value), value)
            bound.setdefault(node.name, value)
            return typed(self._placeholder(list(bound).index(node.name) + 1, node.name), value)

        tree = parsed(text).copy().transform(valued)
        tree = qualify(
            tree, schema=self._columns, dialect="duckdb", quote_identifiers=True, validate_qualify_columns=False
        )
        tree = annotate_types(tree, schema=self._columns, expression_metadata=_types(), dialect="duckdb")
        self._renamed(tree)
        for node in reversed(list(tree.dfs())):  # parts before the whole
            said = self._said(_common(node))
            if said is not node:
                kind = node.type
                node.replace(said)
                said.type = kind
        return tree.sql(self.dialect, comments=False)

    def _renamed(self, tree: exp.Expression) -> None:
        """Tables under the names they have in the engine; a WITH of the same name hides a table, as in SQL."""
        for scope in traverse_scope(tree):
            for source in scope.sources.values():
                if isinstance(source, exp.Table) and source.name in self._names:
                    place = exp.to_table(self._names[source.name], dialect=self.dialect)
                    source.set("this", place.this)
                    source.set("db", place.args.get("db"))
                    source.set("catalog", place.args.get("catalog"))

    def _placeholder(self, number: int, name: str) -> exp.Expression:
        return exp.Placeholder(this=name)


@lru_cache(maxsize=512)
def parsed(text: str) -> exp.Expression:
    return sqlglot.parse_one(text, read="duckdb")


def typed(node: exp.Expression, value: object) -> exp.Expression:
    """A value with its type said, so that every engine takes it for the same.

    >>> typed(literal(date(2026, 3, 1)), date(2026, 3, 1)).sql("postgres")
    "CAST('2026-03-01' AS DATE)"
    """
    match value:
        case None:
            return exp.null()
        case bool():
            kind = "BOOLEAN"
        case int():
            kind = "INTEGER" if -(2**31) <= value < 2**31 else "BIGINT"
        case float():
            kind = "DOUBLE"
        case datetime():
            kind = "TIMESTAMP"
        case date():
            kind = "DATE"
        case _:
            kind = "VARCHAR"
    return exp.cast(node, kind, dialect="duckdb")


def literal(value: object) -> exp.Expression:
    """A value as a part of a query; a text's quotes and backslashes are for the dialect's writer to escape."""
    match value:
        case None:
            return exp.null()
        case bool():
            return exp.Boolean(this=value)
        case int() | float():
            return exp.Literal.string(repr(value))
        case datetime():
            return exp.Literal.string(value.isoformat(sep=" "))
        case date():
            return exp.Literal.string(value.isoformat())
        case str():
            return exp.Literal.string(value)
    raise TypeError(f"a question takes no value of type {type(value).__name__}")


def _common(node: exp.Expression) -> exp.Expression:
    """What DuckDB means by a part, where other engines would mean something else by the same words."""
    if isinstance(node, exp.Sub) and has_type(node.this, "DATE") and has_type(node.expression, "DATE"):
        # Days between two dates: a number in DuckDB, a span of time elsewhere.
        return exp.DateDiff(this=node.this, expression=node.expression, unit=exp.Var(this="DAY"))
    return node


def has_type(node: exp.Expression, *kinds: str) -> bool:
    """Whether sqlglot found a part of a query to be of one of these types."""
    node = node.unnest()
    return bool(node.type) and node.type.this.name in kinds


@lru_cache(maxsize=1)
def _types() -> dict:
    """How sqlglot finds types, with the difference of two dates being a number."""

    def difference(annotator, node):
        annotator._annotate_binary(node)
        if has_type(node.this, "DATE") and has_type(node.expression, "DATE"):
            annotator._set_type(node, exp.DataType.Type.BIGINT)
        return node

    known = sqlglot.Dialect.get_or_raise("duckdb").EXPRESSION_METADATA
    return {**known, exp.Sub: {"annotator": difference}}
