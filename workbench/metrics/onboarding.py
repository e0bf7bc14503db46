"""Onboarding: what becomes of people who join."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def activation_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined this month, what share contributed within their first week?

    One row: `activation_rate` (share), `numerator` (joiners with a contribution by the end of the 7th local day after
    the day of joining), `denominator` (joiners whose 7th day is over at the month's end), `low`, `high` (95 %
    Wilson), `why`. First joins with a date only; null without them. Who joined in the month's last week is in no
    month's rate. A contribution on the day of joining counts whatever the hour.

    >>> from workbench.engine import community_of_rows
    >>> rows = {
    ...     "members": [{"member_id": "chat:a", "platform": "chat", "joined_at": "2026-01-05"},
    ...                 {"member_id": "chat:b", "platform": "chat", "joined_at": "2026-01-06"}],
    ...     "events": [{"event_id": "1", "member_id": "chat:a", "kind": "post", "occurred_at": "2026-01-12"}],
    ... }
    >>> float(activation_rate(community_of_rows(rows), month="2026-01")["activation_rate"].iloc[0])
    0.5
    """
    return rate(community.ask("activation_rate", month=month), "activation_rate")
