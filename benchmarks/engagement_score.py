"""Does the engagement score tell who goes on, and can it be gamed? Prints the tables of ENGAGEMENT_SCORE.md.

    python benchmarks/engagement_score.py [events.parquet] [first month]

The file holds who answered whom: src, dst, ts (unix seconds), as the public MathOverflow network does. For 13 months:
rank correlation of each score with the contributions of the next month, and with itself a month later, among the
people active in the month. Then 20 accounts attack it in several ways, and those who reach the first 50 are counted.
"""

import random
import sys
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pandas as pd

from workbench import metrics
from workbench.engine import Community, community_of_rows
from workbench.period import Month, midnight

FILE = Path(__file__).parents[1].parent / "shared" / "data" / "sx-mathoverflow.parquet"
MONTHS = 13
ATTACKERS = 20
SCORES = ("posts of the month", "posts of 12 weeks", "active weeks of 12", "engagement score")
ATTACKS = {  # name: (days it lasts, messages an account, among themselves)
    "flood: 2,000 messages in two days": (2, 2000, False),
    "drip: 20 a day for a month, no answer": (30, 600, False),
    "drip: 20 a day for 12 weeks, no answer": (84, 1680, False),
    "ring: 600 mutual replies in a month": (30, 600, True),
    "ring: 600 mutual replies in 12 weeks": (84, 600, True),
}


def main(file: Path = FILE, first: str = "2015-02") -> None:
    first = Month.parse(first)
    last = first.back(1 - MONTHS)
    start, end = midnight(first.back(6).start, "UTC"), midnight(last.next.end, "UTC")
    events = read(file, start, end)
    people = events["member_id"].nunique()
    print(f"{file.name}: {len(events):,} events of {people:,} people, months {first} to {last}\n")
    with community(events, start, end) as opened:
        print_quality(opened, first)
    print(f"\nof {ATTACKERS} attackers, how many are among the first 50 (mean of three months)\n")
    attacked = [first.back(-n) for n in (2, 6, 10)]
    for name, (days, messages, mutual) in ATTACKS.items():
        found = []
        for month in attacked:
            bad = attack(events, month, days=days, messages=messages, mutual=mutual)
            with community(pd.concat([events, bad]), start, end) as opened:
                found.append(ranked(opened, month).map(lambda scores: bad_ones(scores)))
        means = pd.concat(found, axis=1).mean(axis=1)
        print(f"  {name:42s}" + "".join(f"{score}: {means[score]:4.1f}   " for score in SCORES))
    print_cost(events, start, end, last)


def read(file: Path, start: datetime, end: datetime) -> pd.DataFrame:
    """Canonical events. The network has no threads: what was written to one person on one day stands for one."""
    return duckdb.execute(
        """
        SELECT
            'e' || row_number() OVER (ORDER BY ts, src, dst) AS event_id,
            make_timestamp(ts * 1000000) AS occurred_at,
            'm:' || src AS member_id,
            'reply' AS kind,
            'm:' || dst AS target_member_id,
            dst || strftime(make_timestamp(ts * 1000000), '%Y%m%d') AS thread_id
        FROM read_parquet($file)
        WHERE make_timestamp(ts * 1000000) >= $start AND make_timestamp(ts * 1000000) < $end
        ORDER BY ts, src, dst
        """,
        {"file": str(file), "start": start, "end": end},
    ).df()


def community(events: pd.DataFrame, start: datetime, end: datetime) -> Community:
    covered = {"platform": "m", "from_at": start, "to_at": end - timedelta(seconds=1)}
    return community_of_rows({"coverage": [covered], "events": events.assign(platform="m").to_dict("records")})


def attack(events: pd.DataFrame, month: Month, *, days: int, messages: int, mutual: bool) -> pd.DataFrame:
    """New accounts that write in the last `days` of the month: to real people who never answer, or to each other."""
    chance = random.Random(f"{month} {days} {messages} {mutual}")
    end = midnight(month.end, "UTC")
    recent = events[(events["occurred_at"] >= end - timedelta(days=84)) & (events["occurred_at"] < end)]
    real = recent["member_id"].tolist()  # the more somebody writes, the more often they are written to
    names = [f"m:bad{number}" for number in range(ATTACKERS)]
    rows = []
    for name in names:
        others = [other for other in names if other != name] if mutual else real
        for _ in range(messages):
            at = end - timedelta(seconds=chance.uniform(1, days * 86400))
            to = chance.choice(others)
            rows.append((f"bad{len(rows)}", at, name, "reply", to, f"{to}{at:%Y%m%d}"))
    return pd.DataFrame(rows, columns=events.columns)


def ranked(opened: Community, month: Month) -> pd.Series:
    """The four scores of a month; each a series by member."""
    scores = metrics.engagement_score(opened, month=month).set_index("member_id")
    posts = opened.run("SELECT person_id, contributions FROM active_months WHERE month = $month_start", month=month)
    posts = posts.set_index("person_id")["contributions"].reindex(scores.index).fillna(0)
    columns = (posts, scores["contributions"], scores["active_weeks"], scores["score"])
    return pd.Series(dict(zip(SCORES, columns, strict=True)))


def bad_ones(scores: pd.Series) -> int:
    first = scores.sort_index().sort_values(ascending=False, kind="stable").head(50)
    return int(first.index.str.startswith("m:bad").sum())


def print_quality(opened: Community, first: Month) -> None:
    months = [ranked(opened, first.back(-n)) for n in range(MONTHS + 1)]
    rows = []
    for now, later in pairwise(months):
        posts = now["posts of the month"]
        active = posts.index[posts > 0]
        following = later["posts of the month"].reindex(active).fillna(0)
        for score in SCORES:
            mine = now[score].reindex(active)
            again = later[score].reindex(active).fillna(0)
            rows.append((score, mine.corr(following, method="spearman"), mine.corr(again, method="spearman")))
    table = pd.DataFrame(rows, columns=["score", "predicts", "stable"]).groupby("score", sort=False).mean()
    print(table.round(3).to_string())
    gain = table.loc["engagement score", "predicts"] - table.loc["posts of the month", "predicts"]
    print(f"\nprediction beyond posts: {gain:+.3f}")


def print_cost(events: pd.DataFrame, start: datetime, end: datetime, month: Month) -> None:
    """Processor seconds per million events in the 12 weeks: 20 copies of the network, each with its own people."""
    made = pd.concat(
        events.assign(**{name: events[name] + f"-{copy}" for name in ("event_id", "member_id", "target_member_id")})
        for copy in range(20)
    )
    with community(made, start, end) as opened:
        opened.run("SELECT count(*) FROM month_members", month=month)
        before = time.process_time()
        people = len(metrics.engagement_score(opened, month=month))
        seconds = time.process_time() - before
    since = midnight(month.end, "UTC") - timedelta(days=84)
    within = ((made["occurred_at"] >= since) & (made["occurred_at"] < midnight(month.end, "UTC"))).sum()
    print(f"\ncost: {within:,} events in the 12 weeks, {people:,} people: {seconds:.2f} processor seconds")


if __name__ == "__main__":
    main(*(convert(given) for convert, given in zip((Path, str), sys.argv[1:], strict=False)))
