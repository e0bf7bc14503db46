"""Adapters of other engines are looked into where sqlglot is installed, which their extras bring."""

from importlib.util import find_spec

collect_ignore = (
    [] if find_spec("sqlglot") else [f"workbench/engines/{name}.py" for name in ("transpiled", "postgresql", "spark")]
)
