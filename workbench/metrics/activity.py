"""Activity: how many people take part, how often, when."""

import pandas as pd

from workbench.engine import Community
from workbench.period import Month


def mau(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many different people contributed in the month (monthly active users)?

    One row: `mau` (people). Eligible people with at least one post, reply or poll vote; reactions and visits do not
    count. A month not wholly covered by the data is lower than the truth.

    >>> from workbench.engine import community_of_rows
    >>> post = {"kind": "post", "occurred_at": "2026-01-05"}
    >>> rows = {"events": [{"event_id": "1", "member_id": "a", **post}, {"event_id": "2", "member_id": "a", **post}]}
    >>> int(mau(community_of_rows(rows), month="2026-01")["mau"].iloc[0])
    1
    """
    return community.ask("mau", month=month)


def mau_by_month(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How did the number of monthly active users develop?

    One row a covered month up to this one: `month` (its first day), `mau` (people, 0 where nobody contributed).
    """
    return community.ask("mau_by_month", month=month)
