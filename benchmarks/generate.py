"""Makes a community of any size straight in a store: python benchmarks/generate.py DIR --events 1000000

Heavy-tailed activity of EVENTS / 50 members over 24 months, in 20 groups, with threads, reactions, dated joins and
leaves, and a text for some thousand messages a month. Chance is a hash of the row number: same arguments, same rows.
"""

import argparse
import json
from pathlib import Path

import duckdb
from deltalake import DeltaTable, write_deltalake

from workbench import settings
from workbench.tables import TABLES

MONTHS, FIRST = 24, "2024-01-01"
PROVENANCE = "'generated' AS import_id, TIMESTAMP '2026-01-01' AS observed_at"
# Chance in [0, 1) from a row number and a stream.
CHANCE = "CREATE MACRO chance(i, stream) AS (hash(i, stream, 7) % 1000000007) / 1000000007.0"
TOPICS = (
    "the mobile app crashes when I upload a picture",
    "please add a dark mode to the settings",
    "invoice is wrong again",
    "how do I reset my password on the new login page",
    "the search never finds old threads",
    "notifications arrive hours late",
    "l’application plante quand j’envoie une photo",
    "la facture de ce mois est fausse",
    "je ne trouve pas comment exporter mes données",
    "prix trop élevé depuis janvier",
    "great event yesterday",
    "merci pour votre aide",
)


def generate(folder: Path, events: int) -> None:
    members = max(events // 50, 20)
    folder.mkdir(parents=True, exist_ok=True)
    settings.create(folder / "community.toml", name=f"{events:,} events", timezone="Europe/Paris")
    connection = duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")})
    connection.execute(CHANCE)
    connection.execute(f"""
        CREATE TABLE members AS SELECT
            i, 'made:' || i AS member_id,
            TIMESTAMP '{FIRST}' + to_seconds(CAST(i / {members} * 0.9 * {MONTHS} * 30 * 86400 AS BIGINT)) AS joined_at,
            10 + chance(i, 2) * 700 AS stay_days
        FROM range({members}) AS r(i)""")
    per_month = events // MONTHS
    for month in range(MONTHS):
        connection.execute(f"CREATE OR REPLACE TABLE month_events AS {_events(month, per_month, members)}")
        _write(folder, "events", "SELECT * EXCLUDE (n, text_no) FROM month_events", connection)
        _write(folder, "messages", _texts(per_month), connection)
    last = f"TIMESTAMP '{FIRST}' + INTERVAL {MONTHS} MONTH - INTERVAL 2 HOUR"
    end_at = "joined_at + to_seconds(CAST(stay_days * 86400 AS BIGINT))"
    others = {
        "members": """
            SELECT member_id, 'made' AS platform, 'Member ' || i AS display_name, joined_at,
                CASE WHEN i % 1000 = 7 THEN 'bot' WHEN i % 500 = 3 THEN 'staff' ELSE 'member' END AS role
            FROM members""",
        "memberships": f"""
            SELECT 'm' || i AS membership_id, member_id, joined_at AS start_at, {end_at} AS end_at, 'left' AS end_reason
            FROM members WHERE chance(i, 3) < 0.5 AND {end_at} < {last}""",
        "groups": "SELECT 'made:g' || i AS group_id, 'made' AS platform, 'Group ' || i AS name FROM range(20) AS r(i)",
        "imports": """
            SELECT 'generated' AS source, 'made' AS platform, 'generated' AS file_name, 'generated' AS sha256,
                true AS tells_joins, true AS tells_leaves, false AS tells_visits""",
        "coverage": f"SELECT 'made' AS platform, '' AS group_id, TIMESTAMP '{FIRST}' AS from_at, {last} AS to_at",
    }
    for name, query in others.items():
        _write(folder, name, query, connection)
    written = {table.name: DeltaTable(str(table)).version() for table in (folder / "store").iterdir()}
    (folder / "store" / "versions.json").write_text(json.dumps(written))


def _events(month: int, per_month: int, members: int) -> str:
    start = f"(TIMESTAMP '{FIRST}' + INTERVAL {month} MONTH)"
    offset = month * per_month
    return f"""
        WITH here AS (SELECT count(*) AS members FROM members WHERE joined_at < {start} + INTERVAL 1 DAY),
        drawn AS (
            SELECT
                i AS n,
                CAST(floor(pow(chance(i + {offset}, 4), 3) * members) AS BIGINT) AS who,
                chance(i + {offset}, 5) AS moment, chance(i + {offset}, 6) AS what,
                i % 4 = 0 AS opens, 4 * CAST(floor(chance(i + {offset}, 7) * i / 4) AS BIGINT) AS thread
            FROM range({per_month}) AS r(i), here
        )
        SELECT
            n, hash(n, {month}) % {len(TOPICS)} AS text_no,
            'made:' || (n + {offset}) AS event_id,
            {start} + to_microseconds(CAST(moment * 28 * 86400e6 AS BIGINT)) AS occurred_at,
            m.member_id,
            CASE WHEN opens THEN 'post' WHEN what < 0.6 THEN 'reply' ELSE 'reaction' END AS kind,
            'made:g' || CASE WHEN opens THEN n ELSE thread END % 20 AS group_id,
            'made:' || (CASE WHEN opens THEN n ELSE thread END + {offset}) AS thread_id,
            CASE WHEN NOT opens THEN 'made:' || (thread + {offset}) END AS reply_to,
            'made' AS platform
        FROM drawn AS d JOIN members AS m ON m.i = d.who"""


def _texts(per_month: int) -> str:
    every = max(per_month // max(per_month // 200, 3000), 1)
    cases = " ".join(f"WHEN {n} THEN '{text}'" for n, text in enumerate(TOPICS))
    return (
        f"SELECT event_id, occurred_at, CASE text_no {cases} END || ' ' || (n % 97) AS text FROM month_events "
        f"WHERE kind <> 'reaction' AND n % {every} = 0"
    )


def _write(folder: Path, name: str, query: str, connection) -> None:
    """Append a query's rows to a table of the store, its missing columns null."""
    table = TABLES[name]
    given = {column[0] for column in connection.execute(f"SELECT * FROM ({query}) LIMIT 0").description}
    columns = [
        f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' if c.name in given else f'CAST(NULL AS {c.type}) AS "{c.name}"'
        for c in table.columns
        if c.name not in ("import_id", "observed_at")
    ]
    month = f", strftime({table.month_of}, '%Y-%m') AS month" if table.month_of else ""
    rows = connection.sql(f"SELECT {', '.join(columns)}, {PROVENANCE}{month} FROM ({query})")
    partition = {"partition_by": ["month"]} if table.month_of else {}
    write_deltalake(str(folder / "store" / name), rows, mode="append", **partition)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=10_000)
    given = parser.parse_args()
    generate(given.folder, given.events)
