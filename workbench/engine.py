"""One open community: the canonical tables as views, and `ask`, which runs one SQL question for one month."""

import os
import re
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import engines, rollups, settings
from workbench.engines.duckdb import DuckDB, limit_memory, names_of_values
from workbench.errors import SettingsError, StoreError, did_you_mean
from workbench.period import Days, Month, last_complete_month, local_day, midnight, utc_offsets
from workbench.tables import INSTANT, TABLES, Table

if TYPE_CHECKING:
    import pandas as pd

# Tables of a month, each made when a question first names it, before it those that its own text names.
MONTHLY = {
    "ineligible": "TABLE",
    "eligible": "VIEW",
    "told": "TABLE",
    "deleted_later": "TABLE",
    "people_events": "VIEW",
    "group_days": "VIEW",
    "active_days": "VIEW",
    "active_months": "VIEW",
    "tangled_stays": "TABLE",
    "stays": "VIEW",
    "month_members": "VIEW",
    "group_people": "TABLE",
    "inferred_replies": "TABLE",
    "reply_links": "VIEW",
    "openers": "TABLE",
    "newcomers": "TABLE",
    "engagement_score": "TABLE",
}
# Tables of all accounts, each made from those before it. Who counts is decided before, on the whole community.
ALL_TIME = (
    "several_accounts", "traces", "membership_lines", "closed_accounts", "plain_stays", "tangled_accounts",
    "tangled_lines", "answering",
)  # fmt: skip
_SMALL = 8_000_000
"""Bytes: roll-ups up to this size are read once, into memory; to open a file a month costs each question more."""
OFFSETS = {"from_at": "TIMESTAMP", "to_at": "TIMESTAMP", "shift": "INTERVAL"}
COUNTS_MONTHS = r"\b(active_months|account_month|previous_start)\b|\bdate_trunc\('month'"


@dataclass(frozen=True)
class Part:
    """Which part of the community a question is about; empty = all of it."""

    groups: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass
class Community:
    """An open community. Made by `workbench.open`; close it or use it in a `with`."""

    folder: Path
    settings: settings.Settings
    version: str
    """Changes when the content of the store changes."""
    exported_from: str
    """The name of the community whose tables these are; empty where nothing tells."""
    part: Part
    first_day: date | None
    """First and last covered local day; null while nothing covers any day."""
    last_day: date | None
    engine: str = field(repr=False)
    """Where its questions run: "duckdb", or the URL of another engine."""
    _engine: engines.Engine = field(repr=False)
    _covered: frozenset[date] = field(default_factory=frozenset, repr=False)
    _months: dict = field(default_factory=dict, repr=False)
    _made: set = field(default_factory=set, repr=False)

    def ask(self, question: str, *, month: "str | Month | Days", **values) -> "pd.DataFrame":
        """The answer to `metrics/sql/<question>.sql` for a month.

        The text may use the canonical tables, the tables of `base/`, and the values `$month_start`, `$month_end`
        (local days, half-open), `$month_start_at`, `$month_end_at` (UTC); further values are bound by keyword. `Days`
        may stand for a month where the text counts no calendar months.
        """
        return self._answer(question_sql(question), month, values, keep=True)

    def run(self, sql: str, *, month: "str | Month | Days", **values) -> "pd.DataFrame":
        """The answer to any SQL text, with the tables and values that `ask` gives."""
        return self._answer(sql, month, values)

    def _answer(self, sql: str, month: "str | Month | Days", values: dict, *, keep: bool = False) -> "pd.DataFrame":
        month = Month.parse(month)
        known = {**self._bounds(month), **values}
        if missing := names_of_values(sql) - known.keys():
            raise SettingsError(f"the question needs the values {', '.join(sorted(missing))}; give them by keyword.")
        tables = self._at(month)
        self._prepare(sql, month, known)
        return tables.ask(sql, known, keep=keep)

    def _prepare(self, sql: str, month: Month, known: dict) -> None:
        """Make the tables of the month that a text names, and before each those that its own text names."""
        code = re.sub(r"--[^\n]*", "", sql)
        if isinstance(month, Days) and re.search(COUNTS_MONTHS, code):
            raise SettingsError(f"this question counts calendar months, and cannot be asked for the days {month}.")
        for name, form in MONTHLY.items():
            if (month, name) not in self._made and re.search(rf"\b{name}\b", code):
                self._made.add((month, name))
                text = question_sql(name) if name == "engagement_score" else rollups.base_sql(f"month/{name}")
                try:
                    self._prepare(text, month, known)
                    self._at(month).create(name, text, known, view=form == "VIEW")
                except BaseException:
                    self._made.discard((month, name))  # stopped: the next question tries again
                    raise

    def last_complete_month(self) -> Month | None:
        """The last month wholly covered by the data; null when there is none."""
        if self.first_day is None:
            return None
        return last_complete_month(self.first_day, self.last_day)

    def partial(self, month: "str | Month") -> bool:
        """Whether a month is not wholly covered."""
        month = Month.parse(month)
        covered = self.run("SELECT count(*) FILTER (WHERE covered) AS n FROM calendar", month=month)["n"].iloc[0]
        return int(covered) < month.days

    def names(self) -> list[str]:
        """The display names of all accounts, to be masked in what is shared."""
        found = self._engine.ask("SELECT DISTINCT display_name FROM members WHERE display_name IS NOT NULL")
        return sorted(found["display_name"])

    def where(self, *, group: str | None = None, platform: str | None = None, role: str | None = None) -> "Community":
        """The same community seen through one group, platform or role: every question answers for that part."""
        if self.folder is None:
            raise SettingsError("a community held in memory has no other part: give community_of_rows the part.")
        part = replace(
            self.part,
            groups=(group,) if group else self.part.groups,
            platforms=(platform,) if platform else self.part.platforms,
            roles=(role,) if role else self.part.roles,
        )
        return open_community(self.folder, part=part, engine=self.engine)

    def close(self) -> None:
        self._engine.close()

    def __enter__(self) -> "Community":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def other_than_its_store(self) -> str:
        """A warning where another engine holds other tables than the folder's own store; empty where none can tell."""
        from workbench import store

        if self.engine == "duckdb" or self.folder is None:
            return ""
        try:
            own = store.version(self.folder)
        except StoreError:  # the tables lie on the engine alone
            own = ""
        where = engines.without_password(self.engine)
        if own != self.version and self.exported_from not in ("", self.settings.name):
            return (
                f'the tables on {where} are those of the community "{self.exported_from}", and {self.folder} is '
                f'"{self.settings.name}". Export its own to another folder or schema with `workbench export`, and give '
                "that URL."
            )
        if self.version == "unknown" or own in ("", self.version):
            return ""
        return (
            f"the tables on {where} are of store {self.version}, and the store in {self.folder} is {own}: something "
            "was imported since, or they are another community's. Bring them up to date with `workbench export`."
        )

    def _bounds(self, month: Month) -> dict:
        zone = self.settings.timezone
        return {
            "month_start": month.start,
            "month_end": month.end,
            "month_start_at": midnight(month.start, zone),
            "month_end_at": midnight(month.end, zone),
            "previous_start": month.back(1).start,
            "window_start": month.end - timedelta(days=28),
            "timezone": zone,
        }

    def _at(self, month: Month) -> engines.Engine:
        """The engine with the month's bounds and days, made once."""
        if month not in self._months:
            tables = self._engine.inside()
            bounds = {name: value for name, value in self._bounds(month).items() if name != "timezone"}
            tables.create("period", "SELECT " + ", ".join(f"${name} AS {name}" for name in bounds), bounds)
            days = [month.start + timedelta(days=number) for number in range(month.days)]
            covered = [(day, day in self._covered) for day in days]
            tables.insert("calendar", {"day": "DATE", "covered": "BOOLEAN"}, covered)
            self._months[month] = tables
        return self._months[month]


@cache
def question_sql(question: str) -> str:
    """The SQL text behind a metric, as the definition card shows it."""
    folder = files("workbench").joinpath("metrics", "sql")
    file = folder.joinpath(f"{question}.sql")
    if not file.is_file():
        known = [entry.name.removesuffix(".sql") for entry in folder.iterdir()]
        near = did_you_mean(question, known).split(" Allowed:")[0]
        raise SettingsError(f'there is no question "{question}" in metrics/sql. {near}')
    return file.read_text(encoding="utf-8").strip()


def open_community(
    folder: str | Path, *, part: Part | None = None, progress=None, engine: str | None = None
) -> Community:
    """Open a community's folder for questions; `progress(done, total)` hears of the months rolled up.

    `engine` is the URL of an engine that holds the canonical tables (`workbench export` puts them there), such as
    "postgresql://host/database"; without it the environment's WORKBENCH_ENGINE, else DuckDB on the folder's own store.
    """
    folder = Path(folder).resolve()
    chosen = settings.load(folder / "community.toml")
    url = engine or os.environ.get(engines.VARIABLE) or "duckdb"
    if url == "duckdb":
        tables, told = _stored_here(folder, chosen, progress)
    else:
        tables = engines.connect(url)
        told = tables.stored()
        _offsets(tables, chosen.timezone)
        _roll_up(tables)
    return _community(folder, chosen, told, part or Part(), url, tables)


def _stored_here(folder: Path, chosen: settings.Settings, progress) -> tuple[DuckDB, engines.Stored]:
    """DuckDB on the folder's store, with the roll-ups kept in its cache; what the store holds."""
    from workbench import store

    kept = store.snapshot(folder)
    cache_folder = folder / "cache"
    cache_folder.mkdir(exist_ok=True)
    tables = DuckDB(
        _connect(memory=chosen.memory, temp_directory=str(cache_folder / "spill")), kept=cache_folder / "tables"
    )
    for name, table in TABLES.items():
        tables.create(name, latest(table, store.scan(table, kept.files[name])), view=not table.versioned)
    _offsets(tables, chosen.timezone, months=kept.months["events"])
    rolled = rollups.build(
        cache_folder / "rollups",
        kept.months["events"],
        zone=chosen.timezone,
        source=lambda files: store.scan(TABLES["events"], files),
        connect=lambda at_once: _beside(tables, at_once, cache_folder / "spill"),
        **({"progress": progress} if progress else {}),
    )
    small = sum(Path(file).stat().st_size for files in rolled.values() for file in files) <= _SMALL
    for name in rollups.NAMES:
        scan = f"SELECT * FROM read_parquet([{_listed(rolled[name])}])" if rolled[name] else None
        tables.create(name, scan or _empty(name), view=bool(scan) and not small)
    return tables, engines.Stored(kept.version, chosen.name)


def community_of_rows(
    rows: dict[str, list[dict]],
    *,
    timezone: str = "UTC",
    part: Part | None = None,
    engine: str = "duckdb",
    **chosen,
) -> Community:
    """A community held in memory, from rows of canonical tables: for examples, tests and experiments.

    What a row leaves out is null; `coverage` and `imports` must be given like every other table. Further keywords
    are settings, as in `community.toml`. With the URL of another engine the rows are held there, in temporary tables.

    >>> rows = {
    ...     "imports": [{"import_id": "a", "platform": "chat", "tells_joins": False, "tells_leaves": False}],
    ...     "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-01-31"}],
    ...     "events": [{"event_id": "1", "occurred_at": "2026-01-05", "member_id": "chat:ana", "kind": "post"}],
    ... }
    >>> community = community_of_rows(rows)
    >>> community.run("SELECT person_id, day FROM active_days", month="2026-01").to_dict("records")
    [{'person_id': 'chat:ana', 'day': Timestamp('2026-01-05 00:00:00')}]
    """
    import msgspec
    import pandas as pd

    chosen = msgspec.convert({"name": "example", "timezone": timezone, **chosen}, settings.Settings)
    tables = DuckDB(_connect(memory=chosen.memory))
    for name, table in TABLES.items():
        tables.insert(name, {c.name: c.type for c in table.columns}, [])
        if given := rows.get(name):
            frame = pd.DataFrame(given, dtype=object)
            tables.connection.register("given", frame)
            columns = ", ".join(f'"{column}"' for column in frame.columns)
            tables.connection.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM given")
            tables.connection.unregister("given")
    if engine != "duckdb":
        tables = _moved(tables, engines.connect(engine))
    _offsets(tables, chosen.timezone)
    _roll_up(tables)
    return _community(None, chosen, engines.Stored("in memory"), part or Part(), engine, tables)


def _moved(here: DuckDB, there: engines.Engine) -> engines.Engine:
    """The canonical tables of one engine in another."""
    for name, table in TABLES.items():
        there.insert(
            name, {c.name: c.type for c in table.columns}, here.connection.execute(f"SELECT * FROM {name}").fetchall()
        )
    here.close()
    return there


def _community(
    folder: Path | None, chosen, told: engines.Stored, part: Part, url: str, tables: engines.Engine
) -> Community:
    """The community of an engine that holds canonical tables, roll-ups and `utc_offsets`."""
    tables.insert("overrides", {"member_id": "VARCHAR", "counted_as": "VARCHAR"}, _overrides(chosen))
    covered = _coverage(tables, chosen.timezone, part)
    # Who counts is decided on the whole: staff on one account are staff on the other, whatever part is asked for.
    for name in ("traces", "accounts", "people", "bans", "tells"):
        tables.create(name, rollups.base_sql(name))
    if part != Part():
        _narrow(tables, part)
    for name in ALL_TIME:
        tables.create(name, rollups.base_sql(name))
    first, last = (min(covered), max(covered)) if covered else (None, None)
    return Community(folder, chosen, told.version, told.community, part, first, last, url, tables, covered)


def _connect(*, memory: str = "", **config):
    import duckdb

    connection = duckdb.connect(config=config)
    limit_memory(connection, memory)
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    connection.execute("SET parquet_metadata_cache = true")  # the files never change; each question would open them all
    connection.execute("SET nested_loop_join_threshold = 64")  # cheaper than sorting all events for a few clock changes
    return connection


@contextmanager
def _beside(tables: DuckDB, at_once: int, spill: Path):
    """A connection of its own, one of so many that share the memory and the processors, with the same `utc_offsets`."""
    ((memory,),) = tables.connection.execute("SELECT current_setting('memory_limit')").fetchall()
    number, unit = memory.split()
    connection = _connect(temp_directory=str(spill))
    try:
        connection.execute(f"SET memory_limit = '{float(number) / at_once}{unit}'")
        connection.execute(f"SET threads = {max(1, (os.cpu_count() or 1) // at_once)}")
        beside = DuckDB(connection)
        spans = tables.connection.execute("SELECT from_at, to_at, shift FROM utc_offsets").fetchall()
        beside.insert("utc_offsets", OFFSETS, spans)
        yield connection
    finally:
        connection.close()


def _offsets(tables: engines.Engine, zone: str, *, months: Iterable[str] = ()) -> None:
    """Table `utc_offsets`: the zone's offsets in the years of the data, one more on either side. Few rows, for an
    engine compares each with all events. `months` are those of the tables stored by month, where they are known."""
    told = [
        f"SELECT min({column.name}) AS low, max({column.name}) AS high FROM {name}"
        for name, table in TABLES.items()
        for column in table.columns
        if column.type == INSTANT and not (table.month_of and months)
    ]
    tables.create(
        "years",
        "SELECT extract(year FROM min(low)) AS low, extract(year FROM max(high)) AS high "
        f"FROM ({' UNION ALL '.join(told)}) AS instants",
    )
    found = tables.ask("SELECT low, high FROM years")
    years = [*found.iloc[0].dropna().astype(int), *(int(month[:4]) for month in months)] or [1970]
    first, last = max(1970, min(years) - 1), min(2069, max(years) + 1)
    tables.insert("utc_offsets", OFFSETS, _spans(zone, first, last))


@cache
def _spans(zone: str, first: int, last: int) -> list[tuple]:
    return utc_offsets(zone, first, last)


def _roll_up(tables: engines.Engine) -> None:
    """The roll-ups of all events, at once."""
    whole = {"from_at": datetime(1970, 1, 1), "to_at": datetime(2069, 12, 31)}
    for name in rollups.NAMES:
        tables.create(name, rollups.base_sql(name), whole)


def latest(table: Table, scan: str) -> str:
    """All rows; of a versioned table, each column's latest known value per key. Most keys have one row: it is taken as
    it is."""
    if not table.versioned:
        return scan
    (key,) = table.key
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    merged = ", ".join(
        f'arg_max("{c.name}", {{"at": coalesce(observed_at, TIMESTAMP \'1970-01-01\'), "id": import_id}}) AS "{c.name}"'
        for c in table.columns
        if c.name != key
    )
    several = f"SELECT {key} FROM ({scan}) GROUP BY {key} HAVING count(*) > 1"
    return (
        f"SELECT {columns} FROM ({scan}) AS r "
        f"WHERE NOT EXISTS (SELECT 1 FROM ({several}) AS s WHERE s.{key} = r.{key}) "
        f"UNION ALL SELECT {columns} FROM "
        f"(SELECT {key}, {merged} FROM ({scan}) AS m WHERE {key} IN ({several}) GROUP BY {key}) AS l"
    )


def _overrides(chosen: settings.Settings) -> list[tuple]:
    people = chosen.people
    return [
        (member_id, role)
        for role, ids in (
            ("member", people.members), ("staff", people.staff), ("bot", people.bots), ("excluded", people.excluded),
        )
        for member_id in ids
    ]  # fmt: skip


def _empty(name: str) -> str:
    never = "TIMESTAMP '1970-01-01'"
    return rollups.base_sql(name).replace("$from_at", never).replace("$to_at", never)


def _listed(values: Iterable[str]) -> str:
    """SQL string literals; only for file paths, which cannot be bound inside a view."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _coverage(tables: engines.Engine, zone: str, part: Part) -> frozenset[date]:
    """Tables `platform_days` and `covered_days` (local days that the data cover); the covered days."""
    spans = tables.ask("SELECT platform, coalesce(group_id, '') AS group_id, from_at, to_at FROM coverage")
    platforms = part.platforms or {group.split(":")[0] for group in part.groups}
    days = {
        platform_day
        for platform, group, start, end in zip(*(spans[column] for column in spans.columns), strict=True)
        if (not platforms or platform in platforms) and (not part.groups or group in ("", *part.groups))
        for platform_day in _days(platform, local_day(start, zone), local_day(end, zone))
    }
    tables.insert("platform_days", {"platform": "VARCHAR", "day": "DATE"}, sorted(days))
    covered = sorted({day for _, day in days})
    tables.insert("covered_days", {"day": "DATE"}, [(day,) for day in covered])
    return frozenset(covered)


def _days(platform: str, first: date, last: date):
    return ((platform, first + timedelta(days=n)) for n in range((last - first).days + 1))


def _narrow(tables: engines.Engine, part: Part) -> None:
    """Put the part's rows under the names of the whole: accounts, people, events, and the roll-ups made from them."""
    _known(tables, part)
    for name, kept in (("groups", part.groups), ("platforms", part.platforms), ("roles", part.roles)):
        tables.insert(f"kept_{name}", {"kept": "VARCHAR"}, [(one,) for one in kept])
    keep = [
        f"{column} IN (SELECT kept FROM {kept})"
        for column, kept, asked in (
            ("platform", "kept_platforms", part.platforms), ("role", "kept_roles", part.roles),
        )
        if asked
    ]  # fmt: skip
    if part.groups:
        keep.append(
            "member_id IN (SELECT member_id FROM member_day WHERE group_id IN (SELECT kept FROM kept_groups) UNION "
            "SELECT member_id FROM memberships WHERE group_id IN (SELECT kept FROM kept_groups))"
        )
    _put(tables, "accounts", f"SELECT * FROM all_accounts WHERE {' AND '.join(keep)}", view=False)
    if part.groups:
        _members_of_groups(tables)
    _put(
        tables,
        "people",
        "SELECT * FROM all_people WHERE person_id IN (SELECT person_id FROM accounts)",
        view=False,
    )
    mine = "member_id IN (SELECT member_id FROM accounts)"
    mine += " AND group_id IN (SELECT kept FROM kept_groups)" if part.groups else ""
    for name in ("events", "member_day"):
        _put(tables, name, f"SELECT * FROM all_{name} WHERE {mine}")
    for name in ("account_day", "account_month"):
        _put(tables, name, rollups.base_sql(name), view=False)


def _members_of_groups(tables: engines.Engine) -> None:
    """In a part made of groups a member is a member of the group: who joined it by a line of the export, else from
    the first trace there. Joining the community is not joining the group, but leaving it is leaving the group."""
    _put(tables, "members", f"SELECT {_columns('members', joined_at='TIMESTAMP')} FROM all_members")
    _put(
        tables,
        "memberships",
        f"SELECT {_columns('memberships', group_id='VARCHAR')} FROM all_memberships "
        "WHERE group_id IN (SELECT kept FROM kept_groups) UNION ALL "
        f"SELECT {_columns('memberships', start_at='TIMESTAMP')} FROM all_memberships "
        "WHERE group_id IS NULL AND (end_at IS NOT NULL OR start_at IS NULL)",
    )
    _put(
        tables,
        "tells",
        "SELECT t.platform, coalesce(g.joins, false) AS tells_joins, "
        "(t.tells_leaves OR coalesce(g.leaves, false)) AS tells_leaves, t.tells_visits, t.first_day "
        "FROM all_tells AS t LEFT JOIN (SELECT a.platform, bool_or(m.start_at IS NOT NULL) AS joins, "
        "bool_or(m.end_at IS NOT NULL) AS leaves FROM all_memberships AS m "
        "JOIN accounts AS a ON a.member_id = m.member_id WHERE m.group_id IS NOT NULL GROUP BY a.platform) AS g "
        "ON g.platform = t.platform",
        view=False,
    )


def _columns(name: str, **emptied: str) -> str:
    """The columns of a canonical table, some of them without any value."""
    return ", ".join(
        f'CAST(NULL AS {emptied[c.name]}) AS "{c.name}"' if c.name in emptied else f'"{c.name}"'
        for c in TABLES[name].columns
    )


def _known(tables: engines.Engine, part: Part) -> None:
    """Refuse a part that is not there: an empty answer would look like a silent community."""
    sources = {
        "group": (part.groups, "SELECT group_id FROM groups UNION SELECT group_id FROM member_day"),
        "platform": (part.platforms, "SELECT platform FROM tells"),
        "role": (part.roles, "SELECT DISTINCT role FROM accounts"),
    }
    for name, (asked, query) in sources.items():
        known = set(tables.ask(query).iloc[:, 0].dropna()) if asked else set()
        for one in asked:
            if one not in known:
                raise SettingsError(f'there is no {name} "{one}" in this community. {did_you_mean(one, known)}')


def _put(tables: engines.Engine, name: str, query: str, *, view: bool = True) -> None:
    """Put the answer to a query in the place of a table; the table stays as all_<name>."""
    tables.rename(name, f"all_{name}")
    tables.create(name, query, view=view)
