"""Goals: where the numbers that a community has set itself stand."""

import pandas as pd

from workbench.engine import Community
from workbench.errors import SettingsError, did_you_mean
from workbench.period import Month

ANSWERED_BY = {
    "new": "lifecycle", "retained": "lifecycle", "resurrected": "lifecycle", "dormant": "lifecycle",
    "gini_members": "gini", "gini_contributors": "gini",
}  # fmt: skip
ALLOWED = (
    "absence_factor", "activation_rate", "answered_24h", "bounced_joiners", "churn_activity", "churn_activity_28",
    "churn_exposure", "churn_of_current", "churn_of_opening", "contributions", "csat", "dau_mean", "dormant",
    "engagement_rate", "first_response_hours", "gini_contributors", "gini_members", "growth_rate", "hem_share_10",
    "hem_share_5", "hem_stability", "leavers", "mau", "mau28", "members_closing", "net_growth", "new", "new_members",
    "nps", "peer_answer_share", "posts_per_active", "rejoined", "resurrected", "retained", "retention_period",
    "silent_share", "staff_share_of_voice", "stickiness", "unanswered_7d",
)  # fmt: skip
FEWER_IS_BETTER = {
    "absence_factor": False, "bounced_joiners": True, "dormant": True, "first_response_hours": True,
    "gini_contributors": True, "gini_members": True, "hem_share_5": True, "hem_share_10": True, "leavers": True,
    "silent_share": True, "staff_share_of_voice": True, "unanswered_7d": True,
}  # fmt: skip


def goals(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How far are we from what we set out to reach?

    One row a goal of the settings, in their order: `metric`, `value` (this month), `before` (last month; null where it
    is not wholly covered), `target`, `by` (first day of the month), `is_share` (the values are shares, 0 to 1),
    `fewer_is_better` (as for churn), `reached` (null without a value), `why`. A metric that does not exist is an error.

    >>> from workbench.engine import community_of_rows
    >>> community = community_of_rows({}, goals=[{"metric": "mau", "target": 150, "by": "2027-06"}])
    >>> goals(community, month="2026-10")[["metric", "target", "why"]].values.tolist()
    [['mau', 150.0, 'why.not_covered']]
    """
    month = Month.parse(month)
    rows = [_row(community, month, goal) for goal in community.settings.goals]
    columns = ["metric", "value", "before", "target", "by", "is_share", "fewer_is_better", "reached", "why"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(["value", "before", "target"], "float64"))


def _row(community: Community, month: Month, goal) -> dict:
    frame = _asked(community, month, goal.metric)
    value = _number(frame[goal.metric].iloc[0])
    known = value is not None
    fewer = FEWER_IS_BETTER.get(goal.metric, goal.metric.startswith("churn_"))
    partial = community.partial(month.back(1))
    return {
        "metric": goal.metric,
        "value": value,
        "before": None if partial else _number(_asked(community, month.back(1), goal.metric)[goal.metric].iloc[0]),
        "target": goal.target,
        "by": Month.parse(goal.by).start,
        "is_share": "denominator" in frame and abs(goal.target) <= 1,
        "fewer_is_better": fewer,
        "reached": bool(value <= goal.target if fewer else value >= goal.target) if known else None,
        "why": None if known or "why" not in frame else frame["why"].iloc[0],
    }


def _asked(community: Community, month: Month, metric: str) -> pd.DataFrame:
    from workbench import metrics  # here, as that room is being opened while this file is read

    if metric not in ALLOWED:
        raise SettingsError(
            f'community.toml: [[goals]] metric = "{metric}" is no number that a goal can be set for. '
            + did_you_mean(metric, ALLOWED)
        )
    return getattr(metrics, ANSWERED_BY.get(metric, metric))(community, month=month)


def _number(value) -> float | None:
    return None if pd.isna(value) else float(value)
