"""Makes a community of any size straight in a store: python benchmarks/generate.py DIR --events 1000000

EVENTS / 50 members over 36 months in 50 groups: dated joins and leaves, cohorts that decay, few who write most, threads
whose answers come after hours, reactions, poll votes, deletions, bots, staff and moderators. Made a month at a time, so
memory does not grow with the months. Chance is a hash of numbers: same arguments, same rows.
"""

import argparse
import json
import re
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from workbench import settings, store
from workbench.tables import TABLES

MONTHS, FIRST, LAST_MONTH = 36, "2024-01-01", "2026-12"
ZONE = "Europe/Paris"
GROUPS = 50
MONTH_SECONDS = 30.4 * 86400
TOPICS = (
    "the mobile app crashes when I upload a picture",
    "please add a dark mode to the settings",
    "invoice is wrong again",
    "how do I reset my password on the new login page?",
    "the search never finds old threads",
    "does anyone know why notifications arrive hours late?",
    "l’application plante quand j’envoie une photo",
    "la facture de ce mois est fausse",
    "comment exporter mes données ?",
    "prix trop élevé depuis janvier",
    "great event yesterday",
    "merci pour votre aide",
)


def generate(folder: Path, events: int, *, months: int = MONTHS, texts: int = 5_000) -> None:
    """Write the first `months` of a community's 36; every conversation opens with a text, up to `texts` a month."""
    folder.mkdir(parents=True, exist_ok=True)
    settings.create(folder / "community.toml", name=f"{events:,} events", timezone=ZONE)
    with connect(folder / "spill", events) as connection:
        for month in range(months):
            for name, rows in month_rows(connection, month, events, texts=texts).items():
                if name != "coverage":
                    write(folder, name, rows, connection)
        for name, rows in _whole(months).items():
            write(folder, name, rows, connection)
    written = {name: DeltaTable(str(folder / "store" / name)).version() for name in TABLES if stored(folder, name)}
    (folder / "store" / "versions.json").write_text(json.dumps(written))


def peak_mb() -> int:
    """The peak of this process's resident memory, what forked it left out."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024


def stored(folder: Path, name: str) -> bool:
    return (folder / "store" / name).exists()


def connect(spill: Path, events: int) -> duckdb.DuckDBPyConnection:
    """A database that knows every member of the community: when they come and go, how much they write."""
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(spill)})
    connection.execute("SET enable_progress_bar = false")
    # Chance in [0, 1) from a number and a stream.
    connection.execute("CREATE MACRO chance(i, stream) AS (hash(i, stream, 7) % 1000000007) / 1000000007.0")
    members = max(events // 50, 20)
    connection.execute(f"""
        CREATE TABLE people AS
        SELECT
            *,
            joined_at + to_seconds(CAST(stay_days * 86400 AS BIGINT)) AS silent_at,
            chance(i, 3) < 0.5 AS says_goodbye,
            CAST(1000 * least(pow(1 - chance(i, 8), -0.8), 3000) AS BIGINT) AS weight
        FROM (
            SELECT
                i,
                -- A fifth is there at the beginning, the others join at a steady pace.
                TIMESTAMP '{FIRST}'
                + to_seconds(CAST(greatest(i / {members} * 1.25 - 0.25, 0) * {MONTHS * MONTH_SECONDS} AS BIGINT))
                    AS joined_at,
                5 + 700 * pow(chance(i, 2), 2) AS stay_days
            FROM range({members}) AS r(i)
        ) AS p""")
    return connection


def month_rows(connection, month: int, events: int, *, texts: int = 5_000) -> dict[str, str]:
    """A query per table for what a month adds: events, texts, who joined and who left."""
    start, end = (f"(TIMESTAMP '{FIRST}' + INTERVAL {month + n} MONTH)" for n in (0, 1))
    per_month, offset = events // MONTHS, month * (events // MONTHS)
    until = f"least({end} - INTERVAL 2 HOUR, silent_at)"
    # Each present member has a share of the month's events: own weight × the month's luck × decay with age.
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE here AS
        WITH present AS (
            SELECT
                i,
                greatest({start}, joined_at) AS from_at,
                {until} AS to_at,
                CAST(
                    CASE WHEN chance(i, {1000 + month}) < 0.4 THEN 0 ELSE weight END
                    * (0.2 + 1.6 * chance(i, {2000 + month}))
                    / sqrt(1 + date_diff('day', joined_at, {end}) / 60.0) AS HUGEINT
                ) AS weight
            FROM people
            WHERE joined_at < {end} - INTERVAL 3 HOUR AND silent_at > {start}
        ),
        summed AS (
            SELECT *, sum(weight) OVER (ORDER BY i) AS up_to, sum(weight) OVER () AS total FROM present
        )
        SELECT
            i, from_at, to_at,
            CAST(up_to * {per_month} // total - (up_to - weight) * {per_month} // total AS BIGINT) AS events
        FROM summed
        WHERE to_at > from_at""")
    # Three events a sitting, all in one of the member's groups; days by chance, hours around the middle of the day.
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE moments AS
        WITH each AS (
            SELECT i, from_at, to_at, k, i * 4099 + k // 3 AS sitting
            FROM (SELECT *, unnest(range(events)) AS k FROM here WHERE events > 0) AS e
        ),
        placed AS (
            SELECT
                i, k, from_at, to_at,
                CAST(floor({GROUPS} * pow(chance(i * 3 + hash(sitting) % 3, 14), 4)) AS INTEGER) AS place,
                from_at + to_microseconds(CAST(chance(sitting, {100 + month}) * epoch(to_at - from_at) * 1e6 AS BIGINT))
                    AS sat_at,
                86400e6 * (chance(sitting, 11) + chance(sitting, 12)) / 2
                + 600e6 * (k % 3) * chance(i * 4099 + k, 13) AS into_day
            FROM each
        ),
        timed AS (
            SELECT
                i, k, place,
                greatest(from_at, least(to_at, date_trunc('day', sat_at) + to_microseconds(CAST(into_day AS BIGINT))))
                    AS occurred_at
            FROM placed
        )
        SELECT
            row_number() OVER (ORDER BY occurred_at, i, k) - 1 AS n,
            row_number() OVER (PARTITION BY place ORDER BY occurred_at, i, k) - 1 AS turn,
            i, place, occurred_at
        FROM timed""")
    # Every fourth event of a group opens a conversation. An answer belongs to one opened in its group some hours
    # before: so many turns earlier.
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE month_events AS
        WITH rates AS (
            SELECT place, count(*) / {MONTH_SECONDS} AS a_second FROM moments GROUP BY place
        ),
        drawn AS (
            SELECT
                m.*, chance(n + {offset}, 6) AS what, turn % 4 = 0 AS opens,
                3600 * pow(chance(n + {offset}, 5), -0.9) * r.a_second AS turns,
                4 * ((turn - 1 - CAST(least(turns, 1e12) AS BIGINT)) // 4) AS thread
            FROM moments AS m
            JOIN rates AS r ON r.place = m.place
        )
        SELECT
            d.n,
            'made:' || (d.n + {offset}) AS event_id,
            d.occurred_at,
            'made:' || d.i AS member_id,
            CASE
                WHEN d.opens OR t.n IS NULL THEN 'post'
                WHEN d.what < 0.55 THEN 'reply'
                WHEN d.what < 0.95 THEN 'reaction'
                WHEN d.what < 0.98 THEN 'poll_vote'
                ELSE 'share'
            END AS kind,
            'made:g' || d.place AS group_id,
            'made:' || (coalesce(t.n, d.n) + {offset}) AS thread_id,
            'made:' || (t.n + {offset}) AS reply_to,
            'made:' || t.i AS target_member_id,
            CASE
                WHEN chance(d.n + {offset}, 15) < 0.003
                THEN d.occurred_at + to_seconds(CAST(chance(d.n + {offset}, 16) * 3e6 AS BIGINT))
            END AS deleted_at,
            CASE WHEN d.what < 0.55 OR d.opens THEN 10 + hash(d.n + {offset}) % 200 END AS n_chars,
            'made' AS platform
        FROM drawn AS d
        LEFT JOIN moments AS t ON t.place = d.place AND t.turn = d.thread AND NOT d.opens""")
    cases = " ".join(f"WHEN {n} THEN '{text}'" for n, text in enumerate(TOPICS))
    every = max(per_month // (4 * texts), 1)
    # Who was there at the beginning has no dated join; who says goodbye leaves on a date.
    return {
        "events": "SELECT * EXCLUDE (n) FROM month_events",
        "messages": f"""
            SELECT event_id, occurred_at, CASE hash(event_id) % {len(TOPICS)} {cases} END || ' ' || n % 97 AS text
            FROM month_events WHERE event_id = thread_id AND hash(n, 17) % {every} = 0""",
        "members": f"""
            SELECT
                'made:' || i AS member_id, 'made' AS platform, 'Member ' || i AS display_name,
                CASE WHEN joined_at > TIMESTAMP '{FIRST}' THEN joined_at END AS joined_at,
                CASE i % 7 WHEN 0 THEN 'invite' WHEN 1 THEN 'link' END AS join_source,
                CASE
                    WHEN i % 1000 = 7 THEN 'bot' WHEN i % 500 = 3 THEN 'staff' WHEN i % 300 = 5 THEN 'moderator'
                    ELSE 'member'
                END AS role
            FROM people WHERE joined_at >= {start} AND joined_at < {end}""",
        "memberships": f"""
            SELECT 'leave ' || i AS membership_id, 'made:' || i AS member_id, silent_at AS end_at, 'left' AS end_reason
            FROM people WHERE says_goodbye AND silent_at >= {start} AND silent_at < {end}""",
        "coverage": f"""
            SELECT 'made' AS platform, '' AS group_id, {start} AS from_at, {end} - INTERVAL 2 HOUR AS to_at""",
    }


def _whole(months: int) -> dict[str, str]:
    last = f"TIMESTAMP '{FIRST}' + INTERVAL {months} MONTH - INTERVAL 2 HOUR"
    return {
        "groups": f"""
            SELECT 'made:g' || i AS group_id, 'made' AS platform, 'Group ' || i AS name, 'channel' AS kind
            FROM range({GROUPS}) AS r(i)""",
        "imports": """
            SELECT 'generated' AS source, 'made' AS platform, 'generated' AS file_name, 'generated' AS sha256,
                true AS tells_joins, true AS tells_leaves, false AS tells_visits, MAP {} AS counts""",
        "coverage": f"SELECT 'made' AS platform, '' AS group_id, TIMESTAMP '{FIRST}' AS from_at, {last} AS to_at",
    }


def rows_of(name: str, query: str, connection) -> str:
    """SQL of the query with all columns of a canonical table, the missing ones null."""
    given = {column[0] for column in connection.execute(f"SELECT * FROM ({query}) LIMIT 0").description}
    given |= {"import_id", "observed_at"}
    columns = [
        f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' if c.name in given else f'CAST(NULL AS {c.type}) AS "{c.name}"'
        for c in TABLES[name].columns
    ]
    provenance = "'generated' AS import_id, TIMESTAMP '2026-01-01' AS observed_at"
    return f"SELECT {', '.join(columns)} FROM (SELECT *, {provenance} FROM ({query}))"


def write(folder: Path, name: str, query: str, connection) -> None:
    """Append a query's rows to a table of the store, as an import lays them out."""
    table = TABLES[name]
    by = f", strftime({table.month_of}, '%Y-%m') AS month" if table.month_of else ""
    order = ", ".join([table.month_of] if table.month_of else table.key)
    rows = connection.sql(f"SELECT *{by} FROM ({rows_of(name, query, connection)}) ORDER BY {order}")
    store._write(folder / "store" / name, rows, table, months=[], overwrite=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=MONTHS, help="only the first so many of the 36 months")
    parser.add_argument("--texts", type=int, default=5_000, help="at most about so many texts a month")
    given = parser.parse_args()
    generate(given.folder, given.events, months=given.months, texts=given.texts)
