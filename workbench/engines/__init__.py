"""Where questions run: one adapter an engine, all asked in the same SQL texts.

The texts are written in DuckDB's SQL. DuckDB runs them as they are; for other engines `transpiled.py` translates them.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from workbench.errors import MissingExtraError, SettingsError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

VARIABLE = "WORKBENCH_ENGINE"
"""The environment variable that names the engine where no argument does. Notebooks of a report hear of it this way,
so that a URL with a password is never written into one."""

_ADAPTERS = {
    "postgresql": ("postgresql", "psycopg"),
    "postgres": ("postgresql", "psycopg"),
    "spark": ("spark", "pyspark"),
    "sc": ("spark", "pyspark"),
}
"""URL scheme → module with a `connect(url)`, which is also the extra's name, and the package that it needs."""


@dataclass(frozen=True)
class Stored:
    """What the table `exported` says of the canonical tables beside it."""

    version: str = "unknown"
    """Changes when they change."""
    community: str = ""
    """Whose they are; empty where an older export did not say."""


class Engine(Protocol):
    """An open connection with tables known by name.

    A text may name values (`$month_start`); `values` holds at least those, typed: dates, instants (naive UTC), numbers,
    texts, yes or no.
    """

    def stored(self) -> Stored:
        """Make the canonical tables that are kept there known by their names; what they hold."""

    def create(self, name: str, text: str, values: dict | None = None, *, view: bool = False) -> None:
        """Give the answer to a text a name, for as long as the connection is open; a view is answered at each use."""

    def insert(self, name: str, columns: dict[str, str], rows: list[tuple]) -> None:
        """Give rows from Python a name. `columns` are names and DuckDB's types."""

    def rename(self, name: str, to: str) -> None:
        """Call a table by another name; its old name is free."""

    def ask(self, text: str, values: dict | None = None, *, keep: bool = False) -> "pd.DataFrame":
        """The answer to a text, with the column types that DuckDB would give. `keep`: a later process may be given the
        answer of this one, as long as no table has changed."""

    def inside(self) -> "Engine":
        """The same tables, with room for some more that do not show outside."""

    def close(self) -> None:
        """End the connection; what was made with it is gone."""


def connect(url: str) -> Engine:
    """A connection to the engine that a URL names.

    >>> connect("mysql://localhost/garden")
    Traceback (most recent call last):
    ...
    workbench.errors.SettingsError: --engine mysql://localhost/garden: there is no engine "mysql". Allowed: duckdb, ...
    """
    return module_of(url).connect(url)


def check(url: str) -> None:
    """Refuse a URL that no engine answers to, or that would let a report wait for ever."""
    if url == "duckdb":
        return
    module_of(url)
    if url.startswith("spark://") and "spark.cores.max=" not in url:
        raise SettingsError(
            f"--engine {without_password(url)}: a report runs its notebooks as applications beside its own, and the "
            "first would take all processors of the cluster. Add ?spark.cores.max=N, such that N times (1 + --jobs) is "
            "at most what the cluster has; or use Spark Connect (sc://…), where all are one application."
        )


def module_of(url: str) -> ModuleType:
    """The adapter of the engine that a URL names."""
    scheme = urlsplit(url).scheme
    if url in _ADAPTERS:
        raise SettingsError(f"--engine {url} names no place. Write an address that begins with {url}://")
    if scheme not in _ADAPTERS:
        raise SettingsError(
            f'--engine {without_password(url)}: there is no engine "{scheme or url}". '
            f"{did_you_mean(scheme or url, ['duckdb', *_ADAPTERS])} Write duckdb, or a URL such as "
            "postgresql://user@host/database or spark://host:7077?tables=/place/of/the/parquet"
        )
    name, package = _ADAPTERS[scheme]
    for needed in ("sqlglot", package):
        if not find_spec(needed):
            raise MissingExtraError(
                f"--engine {without_password(url)} needs the package {needed}, which is not installed here. "
                f'Install it: pip install "community-workbench[{name}]"'
            )
    return import_module(f"workbench.engines.{name}")


def without_password(url: str) -> str:
    """The URL as messages and logs may show it.

    >>> without_password("postgresql://ana:secret@host/db?sslpassword=x")
    'postgresql://ana:…@host/db'
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if ":" in user:
        user = user.partition(":")[0] + ":…"
    return parts._replace(netloc=user + at + host, query="", fragment="", path=parts.path.partition(";")[0]).geturl()
