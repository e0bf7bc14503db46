"""`numbers.json`: every headline number of the month under its id, those that are promised and further ones."""

import json
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from workbench.period import Month
from workbench.words import catalogue, say

if TYPE_CHECKING:
    import pandas as pd

    from workbench.engine import Community

RATE = ("numerator", "denominator", "low", "high")


# The numbers of one row; each in a column of its name, from the metric of its name if nothing else is said. These are
# promised: who reads the file may rely on their being there.
SCALARS = (
    "members_opening", "members_closing", "new_members", "rejoined", "leavers", "net_growth",
    "mau", "mau28", "dau_mean", "stickiness", "engagement_rate", "posts_per_active", "contributions",
    "churn_of_current", "churn_of_opening", "churn_exposure", "churn_activity", "churn_activity_28",
    "bounced_joiners", "new", "retained", "resurrected", "dormant", "activation_rate", "hem_share_5", "hem_share_10",
    "absence_factor", "gini_members", "gini_contributors", "first_response_hours", "answered_24h", "unanswered_7d",
    "peer_answer_share", "staff_share_of_voice", "themes_covered_share", "nps", "csat",
)  # fmt: skip
FURTHER = (
    "welcome_coverage", "welcome_hours", "stay_day7", "stay_day30", "first_reply_effect", "paid_conversion", "revenue",
    "arpu", "reply_rate", "reaction_rate", "loops_closed", "hem_stability", "reward_effect", "spam_rate",
    "removal_hours", "warn_ladder", "platform_overlap",
)  # fmt: skip
ANSWERED_BY = {
    "removal_hours": "spam_rate",
    **dict.fromkeys(("new", "retained", "resurrected", "dormant"), "lifecycle"),
    **dict.fromkeys(("gini_members", "gini_contributors"), "gini"),
}

# Found in the cache, where the notebook of the themes has put them: asked for when the notebooks are done.
LATE = ("themes_covered_share",)

PLAIN = {"posts_per_active", "gini_members", "gini_contributors"}  # numbers even where the frame tells more

# id → the keys of its records, each with the column it comes from.
SERIES: dict[str, dict[str, str]] = {
    "dau": {"date": "day", "value": "dau"},
    "mau_by_month": {"month": "month", "value": "mau"},
    "retention_cohort": {name: name for name in ("cohort", "k", "active", "size", "value")},
    "at_risk": {name: name for name in ("member_id", "rank")},
    "highly_engaged": {name: name for name in ("member_id", "rank")},
}
FURTHER_SERIES: dict[str, dict[str, str]] = {
    "conversion": {"step": "step", "people": "people", "value": "conversion"},
    "favouritism_gap": {
        "askers": "askers", "openers": "openers", "value": "answered_share", "median_hours": "median_hours",
        "gap": "favouritism_gap", "gap_low": "gap_low", "gap_high": "gap_high",
    },
    "ladder": {"step_before": "step_before", "step": "step", "people": "numerator", "value": "ladder"},
    "onion": {name: name for name in ("layer", "people", "contributions")},
    "revenue_by_month": {"month": "month", "value": "revenue", "currency": "currency"},
}  # fmt: skip
MONTHS = {"month", "cohort"}  # written as 2026-10


def contract() -> list[str]:
    """The ids that every report answers."""
    return sorted([*SCALARS, *SERIES])


def everything() -> list[str]:
    """The ids that a report of the house answers: the contract, and what came later."""
    return sorted([*contract(), *FURTHER, *FURTHER_SERIES])


def collect(community: "Community", *, month: Month, language: str, ids: Iterable[str] | None = None) -> dict:
    """The numbers of these ids (default: all), with the reason beside each null."""
    frames: dict[str, pd.DataFrame] = {}

    def frame(function: str) -> "pd.DataFrame":
        if function not in frames:
            frames[function] = metric(function)(community, month=month)
        return frames[function]

    found: dict = {}
    for one in everything() if ids is None else ids:
        if columns := (SERIES | FURTHER_SERIES).get(one):
            found[one] = _records(frame(one), columns)
        else:
            found |= _scalar(one, frame(ANSWERED_BY.get(one, one)), language)
    return found


def document(community: "Community", metrics: dict, *, month: Month) -> dict:
    """What the file holds."""
    return {
        "community": community.settings.name,
        "month": str(month),
        "timezone": community.settings.timezone,
        "partial": community.partial(month),
        "metrics": metrics,
    }


def metric(name: str) -> Callable:
    """The function that answers, by its name: a metric, or the one estimate of the contract."""
    from workbench import metrics

    return _themes_covered_share if name == "themes_covered_share" else getattr(metrics, name)


def _themes_covered_share(community: "Community", *, month: Month) -> "pd.DataFrame":
    from workbench import metrics, models

    texts = metrics.feedback_texts(community, month=month)
    return models.themes_covered_share(texts, models.community_themes(community, texts), month=month)


def written(numbers: dict) -> str:
    """The file's text: keys sorted, floats in their shortest form, nothing that JSON does not know."""
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _scalar(one: str, frame: "pd.DataFrame", language: str) -> dict:
    if len(frame) != 1:
        raise ValueError(f'the metric of "{one}" must answer one row; it answered {len(frame)}.')
    row = frame.to_dict("records")[0]
    value = plain(row[one])
    is_rate = one not in PLAIN and all(name in row for name in RATE)
    made = {one: {"value": value, **{name: plain(row[name]) for name in RATE}} if is_rate else value}
    if value is None:
        made[f"{one}__why"] = _reason(plain(row.get(f"{one}_why")) or plain(row.get("why")), language)
    return made


def _reason(why: str | None, language: str) -> str:
    """A reason is a key of words/, or already a text."""
    why = why or "why.nobody"
    return str(say(why, language)) if why in catalogue() else why


def _records(frame: "pd.DataFrame", columns: dict[str, str]) -> list[dict]:
    rows = frame.to_dict("records")
    made = [{key: plain(row[column]) for key, column in columns.items()} for row in rows]
    for record in made:
        for key in MONTHS & record.keys():
            record[key] = record[key] and record[key][:7]
    return made


def plain(value):
    """A value of a frame as JSON knows it: null for every kind of nothing, ISO 8601 for dates and instants."""
    if value is None or isinstance(value, str | bool):
        return value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime):
        whole = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
