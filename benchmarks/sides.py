"""The eight metrics side by side: python benchmarks/sides.py DIR [--ways scan workbench duckdb rollups polars pandas]

One community of `generate.py`, all its months, one answer: active people per local day, per ISO week and per month,
monthly activity churn, cohorts by month of first contribution, the share of the tenth who contributed most, the median
hours to the first reply by somebody else, and the exact 30-day rolling number of active people. Each way runs in a
process of its own; the answers must be equal. `workbench` starts with an empty cache: its roll-ups are in its bill.
Everybody leaves out bots, the team and what was deleted by the end, and cuts days in the community's time zone.
A way that wants more than --most-gb of memory is stopped. polars and pandas need: pip install polars pyarrow
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from generate import LAST_MONTH, ZONE, peak_mb

WAYS = ("scan", "workbench", "duckdb", "rollups", "polars", "pandas")
FIRST_REPLY = """
WITH opening AS (
    SELECT event_id, occurred_at, person_id
    FROM people_events
    WHERE
        is_eligible
        AND kind = 'post'
        AND occurred_at >= $month_start_at
        AND (deleted_at IS NULL OR deleted_at >= $end_at)
),
replies AS (
    SELECT reply_to, occurred_at, person_id
    FROM people_events
    WHERE
        is_eligible
        AND kind = 'reply'
        AND occurred_at >= $month_start_at
        AND (deleted_at IS NULL OR deleted_at >= $end_at)
),
firsts AS (
    SELECT o.event_id, min(extract(epoch FROM r.occurred_at - o.occurred_at)) / 3600 AS hours
    FROM opening AS o
    JOIN replies AS r ON r.reply_to = o.event_id AND r.person_id <> o.person_id
    GROUP BY o.event_id
)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS hours FROM firsts
"""
# The last six read a table `days` (person_id, day, month, contributions), the last three of them one `months`.
ON_DAYS = {
    "dau": "SELECT day AS x, count(*) AS n FROM days GROUP BY day",
    "wau": "SELECT date_trunc('week', day) AS x, count(DISTINCT person_id) AS n FROM days GROUP BY 1",
    "rolling": """
        WITH spans AS (
            SELECT day, least(lead(day) OVER (PARTITION BY person_id ORDER BY day), day + 30) AS stop FROM days
        ),
        changes AS (
            SELECT day, count(*) AS change FROM spans GROUP BY day
            UNION ALL
            SELECT stop, -count(*) FROM spans GROUP BY stop
        ),
        by_day AS (SELECT day, sum(change) AS change FROM changes GROUP BY day)
        SELECT day AS x, CAST(sum(change) OVER (ORDER BY day) AS BIGINT) AS n FROM by_day""",
    "mau": "SELECT month AS x, count(*) AS n FROM months GROUP BY month",
    "churn": """
        WITH next AS (
            SELECT month, lead(month) OVER (PARTITION BY person_id ORDER BY month) AS after FROM months
        )
        SELECT
            CAST(month + INTERVAL 1 MONTH AS DATE) AS x,
            CAST(count(*) FILTER (WHERE after IS NULL OR after > month + INTERVAL 1 MONTH) AS DOUBLE) / count(*) AS n
        FROM next GROUP BY month""",
    "cohort": """
        WITH firsts AS (SELECT person_id, min(month) AS cohort FROM months GROUP BY person_id)
        SELECT strftime(cohort, '%Y-%m') || ' ' || strftime(month, '%Y-%m') AS x, count(*) AS n
        FROM months JOIN firsts USING (person_id) GROUP BY 1""",
    "top_10": """
        WITH totals AS (SELECT sum(contributions) AS n FROM months GROUP BY person_id),
        ranked AS (SELECT n, row_number() OVER (ORDER BY n DESC) AS place, count(*) OVER () AS people FROM totals)
        SELECT 'all' AS x, CAST(sum(n) FILTER (WHERE place <= ceil(people / 10.0)) AS DOUBLE) / sum(n) AS n
        FROM ranked""",
}


def scan(folder: Path) -> dict:
    """The floor: read the columns that the eight need, and nothing else."""
    import duckdb

    columns = ("member_id", "occurred_at", "kind", "reply_to", "event_id")
    asked = ", ".join(f"max({column})" for column in columns)
    duckdb.connect().execute(f"SELECT {asked} FROM read_parquet('{_files(folder, 'events')}')").fetchall()
    return {}


def workbench(folder: Path) -> dict:
    """Our roll-ups, made anew, and the same texts on our base tables."""
    shutil.rmtree(folder / "cache", ignore_errors=True)
    import workbench as front_door
    from workbench.period import Month, midnight

    community = front_door.open(folder)
    last = Month.parse(LAST_MONTH)
    views = {
        "days": "SELECT person_id, day, contributions FROM active_days WHERE contributions > 0",
        "months": "SELECT person_id, month, contributions FROM active_months",
    }
    found = {}
    for name, sql in ON_DAYS.items():
        view = next(view for view in views if f" {view}" in sql)
        text = sql.replace("WITH ", f"WITH {view} AS ({views[view]}), ", 1)
        text = text if "WITH" in sql else f"WITH {view} AS ({views[view]}) {sql}"
        found[name] = _pairs(community.run(text, month=last))
    month, found["first_reply"] = Month.parse(str(community.first_day)[:7]), {}
    while month <= last:
        answer = community.run(FIRST_REPLY, month=month, end_at=midnight(last.end, community.settings.timezone))
        found["first_reply"][str(month)] = answer["hours"].iloc[0]
        month = month.next
    community.close()
    return found


def duckdb(folder: Path, form: str = "VIEW") -> dict:
    """SQL straight on the events, as somebody who knows SQL would write it: no table is kept between questions."""
    import duckdb as engine

    connection = engine.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")})
    connection.execute("SET enable_progress_bar = false")
    end = "(timezone('UTC', timezone('" + ZONE + f"', TIMESTAMP '{LAST_MONTH}-01' + INTERVAL 1 MONTH)))"
    connection.execute(f"""
        CREATE VIEW counted AS
        SELECT
            e.event_id, e.reply_to, e.kind, e.occurred_at, m.member_id AS person_id,
            timezone('{ZONE}', timezone('UTC', e.occurred_at)) AS local_at
        FROM read_parquet('{_files(folder, "events")}') AS e
        JOIN read_parquet('{_files(folder, "members")}') AS m ON m.member_id = e.member_id
        WHERE m.role IN ('member', 'moderator') AND (e.deleted_at IS NULL OR e.deleted_at >= {end})
            AND e.occurred_at < {end}""")
    counted = "counted WHERE kind IN ('post', 'reply', 'poll_vote')"
    connection.execute(f"""
        CREATE {form} days AS
        SELECT person_id, CAST(local_at AS DATE) AS day, count(*) AS contributions FROM {counted} GROUP BY 1, 2""")
    month, number, source = (
        ("day", "sum(contributions)", "days") if form == "TABLE" else ("local_at", "count(*)", counted)
    )
    connection.execute(f"""
        CREATE {form} months AS
        SELECT person_id, CAST(date_trunc('month', {month}) AS DATE) AS month, CAST({number} AS BIGINT) AS contributions
        FROM {source} GROUP BY 1, 2""")
    found = {name: _pairs(connection.execute(sql).df()) for name, sql in ON_DAYS.items()}
    replied = """
        WITH firsts AS (
            SELECT date_trunc('month', o.local_at) AS month, min(epoch(r.occurred_at - o.occurred_at)) / 3600 AS hours
            FROM counted AS o
            JOIN counted AS r ON r.reply_to = o.event_id AND r.kind = 'reply' AND r.person_id <> o.person_id
                AND date_trunc('month', r.local_at) = date_trunc('month', o.local_at)
            WHERE o.kind = 'post' GROUP BY o.event_id, 1
        )
        SELECT strftime(month, '%Y-%m') AS x, median(hours) AS n FROM firsts GROUP BY 1"""
    found["first_reply"] = dict(connection.execute(replied).fetchall())
    return found


def rollups(folder: Path) -> dict:
    """The same with two roll-ups that hold what the eight ask, and nothing else."""
    return duckdb(folder, form="TABLE")


def polars(folder: Path) -> dict:
    """Lazy and streaming, with one roll-up of people and days."""
    import polars as pl

    end = pl.datetime(2027, 1, 1, time_zone=ZONE).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    people = pl.scan_parquet(_files(folder, "members")).filter(pl.col("role").is_in(["member", "moderator"]))
    counted = (
        pl.scan_parquet(_files(folder, "events"))
        .filter((pl.col("occurred_at") < end) & (pl.col("deleted_at").is_null() | (pl.col("deleted_at") >= end)))
        .join(people.select("member_id"), on="member_id", how="semi")
        .with_columns(local_at=pl.col("occurred_at").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE))
        .with_columns(day=pl.col("local_at").dt.date(), month=pl.col("local_at").dt.strftime("%Y-%m"))
    )
    days = (
        counted.filter(pl.col("kind").is_in(["post", "reply", "poll_vote"]))
        .group_by("member_id", "day")
        .agg(contributions=pl.len())
        .collect(engine="streaming")
    )
    months = days.group_by("member_id", pl.col("day").dt.truncate("1mo").alias("month")).agg(
        pl.col("contributions").sum()
    )
    spans = days.sort("member_id", "day").select(
        "day",
        stop=pl.min_horizontal(pl.col("day").shift(-1).over("member_id"), pl.col("day") + pl.duration(days=30)).cast(
            pl.Date
        ),
    )
    changes = (
        pl.concat(
            [
                spans.group_by("day").agg(change=pl.len().cast(pl.Int64)),
                spans.group_by(day="stop").agg(change=-pl.len().cast(pl.Int64)),
            ]
        )
        .group_by("day")
        .agg(pl.col("change").sum())
        .sort("day")
    )
    nexts = months.sort("member_id", "month").with_columns(after=pl.col("month").shift(-1).over("member_id"))
    churn = nexts.group_by(x=pl.col("month").dt.offset_by("1mo")).agg(
        n=(pl.col("after").is_null() | (pl.col("after") > pl.col("month").dt.offset_by("1mo"))).mean()
    )
    cohort = (
        months.with_columns(cohort=pl.col("month").min().over("member_id"))
        .group_by(x=pl.col("cohort").dt.strftime("%Y-%m") + " " + pl.col("month").dt.strftime("%Y-%m"))
        .agg(n=pl.len())
    )
    totals = months.group_by("member_id").agg(pl.col("contributions").sum())["contributions"].sort(descending=True)
    message = counted.select("event_id", "reply_to", "kind", "occurred_at", "member_id", "month")
    firsts = (
        message.filter(pl.col("kind") == "post")
        .join(message.filter(pl.col("kind") == "reply"), left_on=["event_id", "month"], right_on=["reply_to", "month"])
        .filter(pl.col("member_id") != pl.col("member_id_right"))
        .group_by("event_id", "month")
        .agg(hours=(pl.col("occurred_at_right") - pl.col("occurred_at")).min().dt.total_microseconds() / 3.6e9)
        .group_by(x="month")
        .agg(n=pl.col("hours").median())
        .collect(engine="streaming")
    )
    weeks = days.group_by(x=pl.col("day").dt.truncate("1w")).agg(n=pl.col("member_id").n_unique())
    return {
        "dau": _pairs(days.group_by(x="day").agg(n=pl.len()).to_pandas()),
        "wau": _pairs(weeks.to_pandas()),
        "rolling": _pairs(changes.select(x="day", n=pl.col("change").cum_sum()).to_pandas()),
        "mau": _pairs(months.group_by(x="month").agg(n=pl.len()).to_pandas()),
        "churn": _pairs(churn.to_pandas()),
        "cohort": _pairs(cohort.to_pandas()),
        "top_10": {"all": totals.head(-(-len(totals) // 10)).sum() / totals.sum()},
        "first_reply": dict(firsts.iter_rows()),
    }


def pandas(folder: Path) -> dict:
    """As an analyst writes it: everything in memory."""
    import pandas as pd

    columns = ["event_id", "member_id", "occurred_at", "kind", "reply_to", "deleted_at"]
    events = pd.read_parquet(folder / "store" / "events", columns=columns)
    members = pd.read_parquet(folder / "store" / "members", columns=["member_id", "role"])
    end = pd.Timestamp("2027-01-01", tz=ZONE).tz_convert("UTC").tz_localize(None)
    events = events[events["member_id"].isin(members.loc[members["role"].isin(["member", "moderator"]), "member_id"])]
    events = events[(events["occurred_at"] < end) & ~(events["deleted_at"] < end)].drop(columns="deleted_at")
    local = events["occurred_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
    events["day"], events["month"] = local.dt.normalize(), local.dt.to_period("M")
    said = events[events["kind"].isin(["post", "reply", "poll_vote"])]
    days = said.groupby(["member_id", "day"], as_index=False, observed=True).size().sort_values(["member_id", "day"])
    days["month"] = days["day"].dt.to_period("M")
    months = days.groupby(["member_id", "month"], as_index=False)["size"].sum()
    following = days.groupby("member_id")["day"].shift(-1)
    stop = pd.concat([following, days["day"] + pd.Timedelta(days=30)], axis=1).min(axis=1)
    change = days["day"].value_counts().sub(stop.value_counts(), fill_value=0).sort_index()
    after = months.groupby("member_id")["month"].shift(-1)
    gone = after.isna() | (after != months["month"] + 1)
    churn = gone.groupby(months["month"] + 1).mean()
    cohort = months.groupby("member_id")["month"].transform("min")
    cells = (cohort.astype(str) + " " + months["month"].astype(str)).value_counts()
    totals = months.groupby("member_id")["size"].sum().sort_values(ascending=False)
    replies = events[events["kind"] == "reply"].drop(columns=["event_id", "kind", "day"])
    posts = events[events["kind"] == "post"].drop(columns=["reply_to", "kind", "day"])
    both = posts.merge(replies, left_on=["event_id", "month"], right_on=["reply_to", "month"])
    both = both[both["member_id_x"] != both["member_id_y"]]
    hours = (both["occurred_at_y"] - both["occurred_at_x"]).dt.total_seconds() / 3600
    firsts = hours.groupby([both["month"], both["event_id"]]).min()
    weeks = days.groupby(days["day"].dt.to_period("W"))["member_id"].nunique()

    def told(series) -> dict:
        return {str(getattr(x, "start_time", x))[:10]: n for x, n in series.items()}

    return {
        "dau": told(days["day"].value_counts()),
        "wau": told(weeks),
        "rolling": told(change.cumsum()),
        "mau": told(months["month"].value_counts()),
        "churn": told(churn),
        "cohort": cells.to_dict(),
        "top_10": {"all": totals.head(-(-len(totals) // 10)).sum() / totals.sum()},
        "first_reply": {str(month): n for month, n in firsts.groupby(level=0).median().items()},
    }


def _files(folder: Path, table: str) -> str:
    return str(folder / "store" / table / ("month=*/*.parquet" if table == "events" else "*.parquet"))


def _pairs(frame) -> dict:
    return {x if isinstance(x, str) else str(x)[:10]: n for x, n in zip(frame["x"], frame["n"], strict=True)}


def _rounded(answers: dict) -> dict:
    return {name: {x: round(float(n), 9) for x, n in sorted(answer.items())} for name, answer in answers.items()}


def apart(way: str, folder: Path, most_gb: int) -> tuple[dict, dict]:
    """A way's answers and its cost, from a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, __file__, "--only", way, "--most-gb", str(most_gb), str(folder)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if process.returncode:
        return {}, {"failed": process.returncode}
    told = json.loads(process.stdout.splitlines()[-1])
    return told["answers"], {**told["cost"], "wall_s": round(time.perf_counter() - began, 1)}


def main(folder: Path, ways: list[str], most_gb: int) -> None:
    print(f"{folder.name}\n{'way':<12}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}", flush=True)
    expected: dict = {}
    for way in ways:
        answers, cost = apart(way, folder, most_gb)
        if "failed" in cost:
            print(f"{way:<12} did not come to an end (exit {cost['failed']})", flush=True)
            continue
        print(f"{way:<12}{cost['cpu_s']:>9}{cost['wall_s']:>9}{cost['peak_mb']:>9}", flush=True)
        for name, answer in answers.items():
            wanted = expected.setdefault(name, answer)
            far = {x for x in wanted.keys() | answer.keys() if abs(wanted.get(x, 1e9) - answer.get(x, -1e9)) > 1e-6}
            if far:
                x = min(far)
                found = f"{answer.get(x)}, not {wanted.get(x)}"
                raise SystemExit(f"{way} answers {name} differently, first at {x}: {found}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--most-gb", type=int, default=12)
    parser.add_argument("--only", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        resource.setrlimit(resource.RLIMIT_DATA, (given.most_gb * 2**30,) * 2)
        answers = _rounded(globals()[given.only](given.folder))
        used = resource.getrusage(resource.RUSAGE_SELF)
        cost = {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": peak_mb()}
        print(json.dumps({"answers": answers, "cost": cost}))
    else:
        main(given.folder, given.ways, given.most_gb)
