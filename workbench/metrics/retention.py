"""Retention: who stays active month after month, and who is about to go."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import wilson
from workbench.period import Month


def retention_cohort(
    community: Community, *, month: str | Month, first_contribution: bool = False, unbounded: bool = False
) -> pd.DataFrame:
    """Of those who joined in the same month, how many are active one, two, three … months later?

    One row a cohort and age: `cohort` (first day of the month of joining), `k` (months since), `active` (people of the
    cohort active in that month), `size` (people in the cohort), `value` (share). People who left stay in `size`. Null
    where the month is not over at the end of the report's or not in the data.
    `first_contribution`: cohorts by month of first contribution in the data, for communities whose joins are unknown;
    people who were here before the export begins then stand in its first months. `unbounded`: active k months later or
    at any time after, up to the end of this month; the newest months of each row then are too low, as nobody knows yet
    who comes back.
    Left out: members who were here before the export begins (their month of joining is unknown), and rejoins. A cell
    of a small cohort moves a lot with one person. Source: retention by cohort as in Fader & Hardie 2007, Journal of
    Interactive Marketing 21, 76–90.

    >>> retention_cohort(_two_months(), month="2026-02")[["k", "active", "size", "value"]].values.tolist()
    [[0, 1, 2, 0.5], [1, 2, 2, 1.0]]
    """
    return community.ask(
        "retention_cohort", month=month, first_contribution=first_contribution, unbounded=unbounded
    ).astype({"k": "int64", "active": "Int64", "size": "int64"})


def retention_curve(
    community: Community, *, month: str | Month, first_contribution: bool = False, unbounded: bool = False
) -> pd.DataFrame:
    """All cohorts together: what share is active one, two, three … months after joining?

    One row an age: `k` (months), `active`, `size` (people, summed over the cohorts old enough), `value` (share),
    `low`, `high` (95 % Wilson), `cohorts` (how many are old enough). Later ages rest on older cohorts only, so a curve
    that rises there tells of those cohorts, not of ageing. Options as in `retention_cohort`.

    >>> retention_curve(_two_months(), month="2026-02")[["k", "value", "cohorts"]].values.tolist()
    [[0.0, 0.5, 1.0], [1.0, 1.0, 1.0]]
    """
    cells = retention_cohort(community, month=month, first_contribution=first_contribution, unbounded=unbounded)
    known = cells[cells["value"].notna()]
    by_age = known.groupby("k", as_index=False)
    curve = by_age.agg(active=("active", "sum"), size=("size", "sum"), cohorts=("cohort", "size"))
    curve.insert(3, "value", curve["active"].astype("float64") / curve["size"])
    low, high = wilson(curve["value"], curve["size"].astype("float64"))
    return curve.assign(low=low, high=high)[["k", "active", "size", "value", "low", "high", "cohorts"]]


def at_risk(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which of our regulars have gone quiet, for longer than is usual for them?

    One row a member, most contributions of all time first: `member_id` (the person), `rank`, `display_name`,
    `contributions` (of all time), `active_days_90` (active days in the 90 days before the month's end),
    `last_active_on`, `silent_days` (from that day to the month's last covered day), `usual_gap_days` (median of
    the member's own gaps between active days, all history).
    Listed: active on 3 days or more of those 90, silent for more than 28 days and more than 3 times the usual gap.
    Left out: who left, is banned, or is excluded in the settings. A list for a human to look at: a holiday looks the
    same as a farewell.

    >>> at_risk(_two_months(), month="2026-03")[["member_id", "silent_days", "usual_gap_days"]].values.tolist()
    [['chat:a', 57, 2.0]]
    """
    ninety = Month.parse(month).end - timedelta(days=90)
    return community.ask("at_risk", month=month, ninety_days_before=ninety)


def _two_months() -> Community:
    """Two people who join in January 2026: one posts then and in February, the other in February only."""
    from workbench.engine import community_of_rows

    days = [("chat:a", "2026-01-30"), ("chat:a", "2026-02-01"), ("chat:a", "2026-02-03"), ("chat:b", "2026-02-20")]
    return community_of_rows(
        {
            "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": False}],
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}],
            "members": [
                {"member_id": "chat:a", "platform": "chat", "joined_at": "2026-01-05"},
                {"member_id": "chat:b", "platform": "chat", "joined_at": "2026-01-09"},
            ],
            "events": [
                {"event_id": str(number), "member_id": who, "kind": "post", "occurred_at": day}
                for number, (who, day) in enumerate(days)
            ],
        }
    )
