"""One open community: the canonical tables as views, and `ask`, which runs one SQL question for one month."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import rollups, settings
from workbench.errors import SettingsError, did_you_mean
from workbench.period import Month, last_complete_month, local_day, midnight, utc_offsets
from workbench.tables import TABLES, Table

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MONTHLY = {
    "eligible": "TABLE",
    "told": "TABLE",
    "active_days": "VIEW",
    "active_months": "VIEW",
}
# Tables of a month that are made when a question first names them: they cost more, and many questions do without.
ON_DEMAND = ("stays", "month_members", "openers", "engagement_score")


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
    part: Part
    first_day: date | None
    """First and last covered local day; null while nothing covers any day."""
    last_day: date | None
    _connection: "duckdb.DuckDBPyConnection" = field(repr=False)
    _months: dict = field(default_factory=dict, repr=False)
    _made: set = field(default_factory=set, repr=False)

    def ask(self, question: str, *, month: "str | Month", **values) -> "pd.DataFrame":
        """The answer to `metrics/sql/<question>.sql` for a month.

        The text may use the canonical tables, the tables of `base/`, and the values `$month_start`, `$month_end`
        (local days, half-open), `$month_start_at`, `$month_end_at` (UTC); further values are bound by keyword.
        """
        return self.run(question_sql(question), month=month, **values)

    def run(self, sql: str, *, month: "str | Month", **values) -> "pd.DataFrame":
        """The answer to any SQL text, with the tables and values that `ask` gives."""
        month = Month.parse(month)
        wanted = set(re.findall(r"\$([a-z_]\w*)", re.sub(r"--[^\n]*", "", sql)))
        known = {**self._bounds(month), **values}
        if missing := wanted - known.keys():
            raise SettingsError(f"the question needs the values {', '.join(sorted(missing))}; give them by keyword.")
        cursor = self._at(month)
        self._prepare(sql, month, known)
        return cursor.execute(sql, {name: known[name] for name in wanted}).df()

    def _prepare(self, sql: str, month: Month, known: dict) -> None:
        """Make the tables on demand that a text names, and before each those that its own text names."""
        code = re.sub(r"--[^\n]*", "", sql)
        for name in ON_DEMAND:
            if (month, name) not in self._made and re.search(rf"\b{name}\b", code):
                self._made.add((month, name))
                text = question_sql(name) if name == "engagement_score" else rollups.base_sql(f"month/{name}")
                self._prepare(text, month, known)
                values = {value: known[value] for value in set(re.findall(r"\$([a-z_]\w*)", text))}
                self._at(month).execute(f"CREATE TEMP TABLE {name} AS {text}", values)

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
        rows = self._connection.cursor().execute(
            "SELECT DISTINCT display_name FROM members WHERE display_name IS NOT NULL"
        )
        return sorted(name for (name,) in rows.fetchall())

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
        return open_community(self.folder, part=part)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Community":
        return self

    def __exit__(self, *_) -> None:
        self.close()

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

    def _at(self, month: Month):
        """A cursor with the tables of a month, made once."""
        if month not in self._months:
            cursor = self._connection.cursor()
            bounds = self._bounds(month)
            cursor.execute(
                "CREATE TEMP TABLE period AS SELECT $month_start AS month_start, $month_end AS month_end, "
                "$month_start_at AS month_start_at, $month_end_at AS month_end_at, $previous_start AS previous_start, "
                "$window_start AS window_start",
                {name: value for name, value in bounds.items() if name != "timezone"},
            )
            cursor.execute(
                "CREATE TEMP TABLE calendar AS SELECT CAST(m.day AS DATE) AS day, c.day IS NOT NULL AS covered "
                "FROM range($month_start, $month_end, INTERVAL 1 DAY) AS m(day) "
                "LEFT JOIN covered_days AS c ON c.day = m.day ORDER BY m.day",
                {name: bounds[name] for name in ("month_start", "month_end")},
            )
            for name, form in MONTHLY.items():
                cursor.execute(f"CREATE TEMP {form} {name} AS {rollups.base_sql(f'month/{name}')}")
            self._months[month] = cursor
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


def open_community(folder: str | Path, *, part: Part | None = None, progress=None) -> Community:
    """Open a community's folder for questions; `progress(done, total)` hears of the months rolled up."""
    from workbench import store

    folder = Path(folder).resolve()
    chosen = settings.load(folder / "community.toml")
    kept = store.snapshot(folder)
    cache_folder = folder / "cache"
    cache_folder.mkdir(exist_ok=True)
    connection = _connect(chosen, temp_directory=str(cache_folder / "spill"))
    rolled = rollups.build(
        connection,
        cache_folder / "rollups",
        kept.months["events"],
        zone=chosen.timezone,
        source=lambda files: store.scan(TABLES["events"], files),
        **({"progress": progress} if progress else {}),
    )
    for name, table in TABLES.items():
        rows = _latest(table, store.scan(table, kept.files[name]))
        connection.execute(f"CREATE {'TABLE' if table.versioned else 'VIEW'} {name} AS {rows}")
    for name in rollups.NAMES:
        scan = f"SELECT * FROM read_parquet([{_listed(rolled[name])}])" if rolled[name] else None
        connection.execute(f"CREATE VIEW {name} AS {scan}" if scan else f"CREATE TABLE {name} AS {_empty(name)}")
    first, last = _population(connection, chosen, part or Part())
    return Community(folder, chosen, kept.version, part or Part(), first, last, connection)


def community_of_rows(
    rows: dict[str, list[dict]], *, timezone: str = "UTC", part: Part | None = None, **chosen
) -> Community:
    """A community held in memory, from rows of canonical tables: for examples, tests and experiments.

    What a row leaves out is null; `coverage` and `imports` must be given like every other table. Further keywords
    are settings, as in `community.toml`.

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
    connection = _connect(chosen)
    for name, table in TABLES.items():
        typed = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
        connection.execute(f"CREATE TABLE {name} ({typed})")
        if given := rows.get(name):
            frame = pd.DataFrame(given, dtype=object)
            connection.register("given", frame)
            columns = ", ".join(f'"{column}"' for column in frame.columns)
            connection.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM given")
            connection.unregister("given")
    for name in rollups.NAMES:
        values = {"from_at": datetime(1970, 1, 1), "to_at": datetime(2069, 12, 31)} if name == "member_day" else {}
        connection.execute(f"CREATE TABLE {name} AS {rollups.base_sql(name)}", values)
    first, last = _population(connection, chosen, part or Part())
    return Community(None, chosen, "in memory", part or Part(), first, last, connection)


def _connect(chosen: settings.Settings, **config):
    import duckdb

    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    connection.execute("CREATE TABLE utc_offsets (from_at TIMESTAMP, to_at TIMESTAMP, shift INTERVAL)")
    _insert(connection, "utc_offsets", _offsets(chosen.timezone))
    return connection


@cache
def _offsets(zone: str) -> list[tuple]:
    return utc_offsets(zone, 1970, 2069)


def _population(connection, chosen: settings.Settings, part: Part) -> tuple[date | None, date | None]:
    """The tables that do not depend on the month; the first and last covered day."""
    _overrides(connection, chosen)
    days = _coverage(connection, chosen.timezone, part)
    # Who counts is decided on the whole: staff on one account are staff on the other, whatever part is asked for.
    for name in ("accounts", "people", "bans"):
        connection.execute(f"CREATE TABLE {name} AS {rollups.base_sql(name)}")
    if part != Part():
        _narrow(connection, part)
    connection.execute(f"CREATE TABLE traces AS {rollups.base_sql('traces')}")
    return days


def _latest(table: Table, scan: str) -> str:
    """All rows; of a versioned table, each column's latest known value per key."""
    if not table.versioned:
        return scan
    key = ", ".join(table.key)
    latest = ", ".join(
        f'arg_max("{c.name}", {{"at": coalesce(observed_at, TIMESTAMP \'1970-01-01\'), "id": import_id}}) AS "{c.name}"'
        for c in table.columns
        if c.name not in table.key
    )
    return f"SELECT {key}, {latest} FROM ({scan}) GROUP BY {key}"


def _overrides(connection, chosen: settings.Settings) -> None:
    people = chosen.people
    connection.execute("CREATE TABLE overrides (member_id VARCHAR, counted_as VARCHAR)")
    rows = [
        (member_id, role)
        for role, ids in (
            ("member", people.members), ("staff", people.staff), ("bot", people.bots), ("excluded", people.excluded),
        )
        for member_id in ids
    ]  # fmt: skip
    _insert(connection, "overrides", rows)


def _empty(name: str) -> str:
    never = "TIMESTAMP '1970-01-01'"
    return rollups.base_sql(name).replace("$from_at", never).replace("$to_at", never)


def _listed(values: Iterable[str]) -> str:
    """SQL string literals; only for file paths, which cannot be bound inside a view."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _coverage(connection, zone: str, part: Part) -> tuple[date | None, date | None]:
    """Tables `covered_days` (local days of any platform) and `tells` (what each platform's exports tell)."""
    spans = connection.execute("SELECT platform, group_id, from_at, to_at FROM coverage").fetchall()
    platforms = part.platforms or {group.split(":")[0] for group in part.groups}
    days = {
        platform_day
        for platform, group, start, end in spans
        if (not platforms or platform in platforms) and (not part.groups or not group or group in part.groups)
        for platform_day in _days(platform, local_day(start, zone), local_day(end, zone))
    }
    connection.execute("CREATE TABLE platform_days (platform VARCHAR, day DATE)")
    _insert(connection, "platform_days", sorted(days))
    connection.execute("CREATE TABLE covered_days AS SELECT DISTINCT day FROM platform_days ORDER BY day")
    connection.execute(
        """
        CREATE TABLE tells AS
        WITH platforms AS (
            SELECT platform FROM imports UNION SELECT platform FROM members UNION SELECT platform FROM coverage
            UNION SELECT DISTINCT split_part(member_id, ':', 1) FROM account_month WHERE member_id IS NOT NULL
            UNION SELECT DISTINCT split_part(member_id, ':', 1) FROM memberships
        )
        SELECT
            p.platform,
            coalesce((SELECT bool_or(i.tells_joins) FROM imports AS i WHERE i.platform = p.platform), false)
                AS tells_joins,
            coalesce((SELECT bool_or(i.tells_leaves) FROM imports AS i WHERE i.platform = p.platform), false)
                AS tells_leaves,
            coalesce((SELECT bool_or(i.tells_visits) FROM imports AS i WHERE i.platform = p.platform), false)
                AS tells_visits,
            coalesce(
                (SELECT min(day) FROM platform_days AS d WHERE d.platform = p.platform),
                (SELECT min(day) FROM covered_days),
                DATE '1970-01-01'
            ) AS first_day
        FROM platforms AS p
        """
    )
    return connection.execute("SELECT min(day), max(day) FROM covered_days").fetchone()


def _days(platform: str, first: date, last: date):
    return ((platform, first + timedelta(days=n)) for n in range((last - first).days + 1))


def _insert(connection, table: str, rows: list[tuple]) -> None:
    """Many rows at once, faster than row by row."""
    if rows:
        import pandas as pd

        frame = pd.DataFrame(rows)
        connection.register("rows_to_insert", frame)
        connection.execute(f"INSERT INTO {table} SELECT * FROM rows_to_insert")
        connection.unregister("rows_to_insert")


def _narrow(connection, part: Part) -> None:
    """Put the part's rows under the names of the whole: accounts, people, events, and the roll-ups made from them."""
    _known(connection, part)
    connection.execute("CREATE TABLE kept_groups AS SELECT unnest($groups) AS group_id", {"groups": list(part.groups)})
    connection.execute(
        "CREATE OR REPLACE TABLE accounts AS SELECT * FROM accounts "
        "WHERE (len($platforms) = 0 OR platform IN (SELECT unnest($platforms))) "
        "AND (len($roles) = 0 OR role IN (SELECT unnest($roles)))",
        {"platforms": list(part.platforms), "roles": list(part.roles)},
    )
    keep = "member_id IN (SELECT member_id FROM accounts)"
    if part.groups:
        keep += " AND group_id IN (SELECT group_id FROM kept_groups)"
        connection.execute(
            "CREATE OR REPLACE TABLE accounts AS SELECT * FROM accounts WHERE member_id IN ("
            "SELECT member_id FROM member_day WHERE group_id IN (SELECT group_id FROM kept_groups) UNION "
            "SELECT member_id FROM memberships WHERE group_id IN (SELECT group_id FROM kept_groups))"
        )
        _members_of_groups(connection)
    connection.execute("DELETE FROM people WHERE person_id NOT IN (SELECT person_id FROM accounts)")
    for name in ("events", "member_day"):
        _put(connection, name, f"SELECT * FROM all_{name} WHERE {keep}")
    for name in ("account_day", "account_month"):
        connection.execute(f"DROP {_form(connection, name)} {name}")
        connection.execute(f"CREATE TABLE {name} AS {rollups.base_sql(name)}")


def _members_of_groups(connection) -> None:
    """In a part made of groups a member is a member of the group: who joined it by a line of the export, else from
    the first trace there. Joining the community is not joining the group, but leaving it is leaving the group."""
    _put(connection, "members", "SELECT * REPLACE (CAST(NULL AS TIMESTAMP) AS joined_at) FROM all_members")
    _put(
        connection,
        "memberships",
        "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS group_id) FROM all_memberships "
        "WHERE group_id IN (SELECT group_id FROM kept_groups) UNION ALL "
        "SELECT * REPLACE (CAST(NULL AS TIMESTAMP) AS start_at) FROM all_memberships "
        "WHERE group_id IS NULL AND (end_at IS NOT NULL OR start_at IS NULL)",
    )
    connection.execute(
        "CREATE OR REPLACE TABLE tells AS SELECT t.* REPLACE ("
        "coalesce(g.joins, false) AS tells_joins, (t.tells_leaves OR coalesce(g.leaves, false)) AS tells_leaves) "
        "FROM tells AS t LEFT JOIN (SELECT a.platform, bool_or(m.start_at IS NOT NULL) AS joins, "
        "bool_or(m.end_at IS NOT NULL) AS leaves FROM all_memberships AS m "
        "JOIN accounts AS a ON a.member_id = m.member_id WHERE m.group_id IS NOT NULL GROUP BY a.platform) AS g "
        "ON g.platform = t.platform"
    )


def _known(connection, part: Part) -> None:
    """Refuse a part that is not there: an empty answer would look like a silent community."""
    sources = {
        "group": (part.groups, "SELECT group_id FROM groups UNION SELECT DISTINCT group_id FROM member_day"),
        "platform": (part.platforms, "SELECT platform FROM tells"),
        "role": (part.roles, "SELECT DISTINCT role FROM accounts"),
    }
    for name, (asked, query) in sources.items():
        known = {row[0] for row in connection.execute(query).fetchall() if row[0] is not None} if asked else set()
        for one in asked:
            if one not in known:
                raise SettingsError(f'there is no {name} "{one}" in this community. {did_you_mean(one, known)}')


def _put(connection, name: str, query: str) -> None:
    """Put a view in the place of a table; the table stays as all_<name>."""
    connection.execute(f"ALTER {_form(connection, name)} {name} RENAME TO all_{name}")
    connection.execute(f"CREATE VIEW {name} AS {query}")


def _form(connection, name: str) -> str:
    found = connection.execute("SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name])
    return "VIEW" if found.fetchone()[0] == "VIEW" else "TABLE"
