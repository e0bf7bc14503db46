"""Highly engaged members: a score whose parts are shown, who they are, who came and who was lost since last month."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.period import Month, midnight

WINDOW_DAYS = 84
SCORE_PARTS = {"weeks": 50, "volume": 5, "threads": 10, "helped": 20, "responded": 15}
"""The most points each part of the score can give; the text of `engagement_score.sql` holds the same weights."""
CHANGES = ("kept", "new", "lost")


def engagement_score(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who is engaged, how much, and by what?

    One row a member at the end of the month who contributed in the 12 weeks (84 local days) before it: `member_id`,
    `rank`, `display_name`, `score` (0 to 100); the counts behind it: `active_weeks` (of 12), `contributions`,
    `threads` (they wrote in), `people_helped` (distinct people they answered), `people_responded` (distinct people who
    replied to or reacted to them); `response_factor` (f, 0.4 to 1); the points of each part: `points_weeks` (at most
    50), `points_volume` (5), `points_threads` (10), `points_helped` (20), `points_responded` (15), whose sum times f is
    the score; `weeks_in_month` (ISO weeks of the month with a contribution), `covered_weeks` (of the 12).

    Staff and bots count on neither side. It orders the members of one community in one month; it is no mark, and
    scores of two communities do not compare. In a chat whose export tells no replies, only weeks and volume differ.
    A ring of accounts that answered each other for half a year cannot be told from friends.

    Source: this project; measured in `benchmarks/ENGAGEMENT_SCORE.md`.

    >>> from workbench.engine import community_of_rows
    >>> said = {"kind": "post", "platform": "chat"}
    >>> days = [f"2026-01-{day:02d}" for day in (5, 12, 19)]
    >>> community = community_of_rows({
    ...     "coverage": [{"platform": "chat", "from_at": "2025-11-01", "to_at": "2026-01-31"}],
    ...     "events": [{"event_id": day, "member_id": "chat:ana", "occurred_at": day, **said} for day in days],
    ... })
    >>> engagement_score(community, month="2026-01")[["score", "active_weeks", "points_weeks"]].iloc[0].tolist()
    [27.5, 3.0, 12.5]
    """
    return community.run("SELECT * FROM engagement_score ORDER BY rank", month=month, **score_windows(community, month))


def highly_engaged(community: Community, *, month: str | Month, share: float | None = None) -> pd.DataFrame:
    """Who carries the community?

    One row each: `member_id`, `rank`, `display_name`, `score`, `active_weeks`, `contributions`, `threads`,
    `people_helped`, `people_responded`, `response_factor` and the five `points_…`, all as in `engagement_score`. They
    are the ⌈share · monthly active users⌉ members with the highest score among those active in at least two ISO weeks
    of the month; ties at the border included. `share` is the setting `highly_engaged_share` (0.10) unless given; 0.05
    is the usual other choice.

    The size of the set follows from the share: it cannot tell whether there are many or few engaged members.
    """
    share = community.settings.thresholds.highly_engaged_share if share is None else share
    return community.ask("highly_engaged", month=month, share=share, **score_windows(community, month))


def hem_changes(community: Community, *, month: str | Month, share: float | None = None) -> pd.DataFrame:
    """Which highly engaged members stayed, came and were lost since last month?

    One row a member of this month's or last month's set: `member_id`, `display_name`, `change` (kept, new, lost),
    `rank`, `score`, `active_weeks`, `contributions`, `people_helped` of this month (null for a lost member who has no
    score any more), `score_before`, `active_weeks_before`, `contributions_before` of last month (null without);
    kept first, then new, then lost, each by score; `covered_weeks`, `covered_weeks_before` (of the 12 that each score
    looks at), `why` (a key of words when these two differ: then the order within each month holds, but a score and the
    score before do not compare; else null). Empty when the data hold no day of the month before.

    Some exchange at the border of the set is chance: look at `score_before` and `score` before writing to a lost one.
    """
    month = Month.parse(month)
    now = highly_engaged(community, month=month, share=share)
    before = highly_engaged(community, month=month.back(1), share=share)
    if not covers(community, month.back(1)):
        now, before = now.head(0), before.head(0)
    columns = ["display_name", "score", "active_weeks", "contributions"]
    either = pd.DataFrame({"member_id": sorted({*now["member_id"], *before["member_id"]})}, dtype="str")
    scores = engagement_score(community, month=month)
    earlier = engagement_score(community, month=month.back(1))
    changes = (
        either.merge(scores[["member_id", "rank", *columns, "people_helped"]], how="left", on="member_id")
        .merge(earlier[["member_id", *columns]], how="left", on="member_id", suffixes=("", "_before"))
        .assign(display_name=lambda row: row["display_name"].fillna(row["display_name_before"]))
    )
    is_now, was = (changes["member_id"].isin(frame["member_id"]) for frame in (now, before))
    changes["change"] = pd.Categorical(
        ["kept" if here and there else "new" if here else "lost" for here, there in zip(is_now, was, strict=True)],
        categories=CHANGES,
    )
    changes = changes.sort_values(
        ["change", "score", "score_before", "member_id"], ascending=[True, False, False, True], ignore_index=True
    )
    order = ["member_id", "display_name", "change", "rank", *columns[1:], "people_helped"]
    changes = changes[[*order, *(f"{column}_before" for column in columns[1:])]].astype({"change": "str"})
    weeks, weeks_before = (_covered_weeks(frame) for frame in (scores, earlier))
    why = None if weeks == weeks_before else "why.engagement_other_weeks"
    return changes.assign(
        covered_weeks=weeks, covered_weeks_before=weeks_before, why=pd.Series(why, index=changes.index, dtype=object)
    )


def _covered_weeks(scores: pd.DataFrame) -> int:
    return int(scores["covered_weeks"].iloc[0]) if len(scores) else 0


def hem_stability(community: Community, *, month: str | Month, share: float | None = None) -> pd.DataFrame:
    """How much of the circle of highly engaged members is the same as last month?

    One row: `hem_stability` (Jaccard: in both sets ÷ in either, 0 to 1), `numerator`, `denominator`, `low`, `high`
    (null: no proportion of a sample), `why`, and the people `kept`, `new`, `lost`; `doubt` (a key of words when the two
    scores rest on different numbers of covered weeks, as in `hem_changes`; else null). Null with the reason when the
    data hold no day of the month before, or when nobody is in either set.

    Stable can be good (people stay) or bad (nobody can join): read it with `new`.
    """
    month = Month.parse(month)
    changes = hem_changes(community, month=month, share=share)
    change = changes["change"]
    kept, new, lost = (int((change == one).sum()) for one in ("kept", "new", "lost"))
    either = kept + new + lost
    why = None if either else "why.nobody" if covers(community, month.back(1)) else "why.no_earlier_month"
    return pd.DataFrame(
        {
            "hem_stability": [kept / either if either else None],
            "numerator": [kept],
            "denominator": [either],
            "low": [None],
            "high": [None],
            "why": [why],
            "kept": [kept],
            "new": [new],
            "lost": [lost],
            "doubt": pd.Series([changes["why"].iloc[0] if either else None], dtype=object),
        }
    ).astype({"hem_stability": "float64"})


def covers(community: Community, month: Month) -> bool:
    """Whether the data cover at least one day of a month."""
    covered = community.run("SELECT count(*) FILTER (WHERE covered) AS days FROM calendar", month=month)
    return bool(covered["days"].iloc[0])


def score_windows(community: Community, month: str | Month) -> dict:
    """The values that every text on `engagement_score` needs: where its window and that of the trust begin."""
    start = Month.parse(month).end - timedelta(days=WINDOW_DAYS)
    return {
        "score_start": start,
        "score_start_at": midnight(start, community.settings.timezone),
        "trust_start": start - timedelta(days=WINDOW_DAYS),
    }
