"""Concentration: how much of the conversation hangs on how few people."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def hem_share(community: Community, *, month: str | Month, share: float = 0.10) -> pd.DataFrame:
    """How much of all contributions do the most active few per cent of the members make?

    One row: `hem_share` (0 to 1), `numerator`, `denominator` (contributions of the month), `low`, `high` (null: it is
    no proportion of a sample), `why`, `people` (⌈share · members⌉), `members` (on at least one day of the month, silent
    ones included), `contributors`. Those who contributed most are counted, which need not be the `highly_engaged`. A
    roster full of people who never write makes the few per cent many and the share high: compare with
    `absence_factor`.

    Source: the "1 % rule" and its like (Nielsen 2006; van Mierlo 2014, JMIR 16(2), e33), measured instead of assumed.

    >>> hem_share(_talk(6, 3, 1), month="2026-01")[["hem_share", "people", "members"]].iloc[0].tolist()
    [0.6, 1.0, 3.0]
    """
    return rate(
        community.ask("hem_share", month=month, share=float(share)), "hem_share", why_empty="why.empty", interval=False
    )


def hem_share_5(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much of all contributions do the most active 5 % of the members make?

    As `hem_share` with 0.05; the value is in the column `hem_share_5`.
    """
    return hem_share(community, month=month, share=0.05).rename(columns={"hem_share": "hem_share_5"})


def hem_share_10(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much of all contributions do the most active 10 % of the members make?

    As `hem_share` with 0.10; the value is in the column `hem_share_10`.
    """
    return hem_share(community, month=month, share=0.10).rename(columns={"hem_share": "hem_share_10"})


def absence_factor(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How few people would have to be absent for half of the conversation to be missing?

    One row: `absence_factor` (people; null without contributions, with `why`), `contributors` (people who contributed).
    The smallest number of people who made at least half of the contributions of the month. It grows with the
    community, so read it beside `contributors`. A flood by one account makes it 1.

    Source: CHAOSS, Contributor Absence Factor.

    >>> absence_factor(_talk(4, 3, 2, 1), month="2026-01")["absence_factor"].iloc[0].item()
    2
    """
    counts = community.ask("absence_factor", month=month)
    return counts.assign(why=[None if one else "why.empty" for one in counts["contributors"]])


def gini(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How unequally are the contributions of the month spread?

    One row: `gini_members` (0 = all the same, to 1 = one person makes them all; over members, silent ones counted with
    zero), `gini_contributors` (over those who contributed), `members`, `contributors`, `why`. Null without
    contributions. Online communities are near 0.9 over members: watch its change, not its height.

    Source: Gini 1912, in the form of pairwise differences (Sen 1973).

    >>> gini(_talk(3, 1), month="2026-01")[["gini_members", "gini_contributors"]].iloc[0].tolist()
    [0.25, 0.25]
    """
    counts = community.ask("gini", month=month)
    return counts.assign(why=[None if one else "why.empty" for one in counts["contributors"]])


def lorenz(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What share of the contributions do the less active x % of the members make, for every x?

    One row per number of contributions, ascending: `contributions`, `members` (people with so many), `people_share`
    and `contributions_share` (0 to 1, up to and including them; the latter null without contributions). Straight lines
    between the points, from (0, 0) on, are the exact Lorenz curve; twice its distance from the diagonal is
    `gini_members`.

    Source: Lorenz 1905.
    """
    return community.ask("lorenz", month=month)


def top_contributors(community: Community, *, month: str | Month, people: int = 10) -> pd.DataFrame:
    """Who contributed most this month?

    One row each, at most `people`: `member_id`, `rank`, `display_name`, `contributions`, `share` (of all contributions
    of the month) and `share_so_far` (of the first up to this one). Mere volume: for engagement see `highly_engaged`.
    """
    return community.ask("top_contributors", month=month, people=int(people))


def _talk(*counts: int) -> Community:
    """For the examples: one member a number, who contributed so many times in January 2026."""
    from workbench.engine import community_of_rows

    said = {"kind": "post", "platform": "chat", "occurred_at": "2026-01-05"}
    events = [
        {"event_id": f"{member}-{one}", "member_id": f"chat:{member}", **said}
        for member, count in enumerate(counts)
        for one in range(count)
    ]
    return community_of_rows({"events": events})
