"""`numbers.json`: every headline number of the month under its id, as METRICS.md promises it."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from workbench.period import Month
from workbench.words import catalogue, say

if TYPE_CHECKING:
    import pandas as pd

    from workbench.engine import Community

RATE = ("numerator", "denominator", "low", "high")


@dataclass(frozen=True)
class Source:
    """Which function of `metrics` answers an id, with which options, in which column (by default that of the id)."""

    function: str
    column: str | None = None
    options: Mapping = field(default_factory=dict)


def _same(*ids: str) -> dict[str, Source]:
    return {one: Source(one) for one in ids}


def _of(function: str, *ids: str) -> dict[str, Source]:
    return {one: Source(function) for one in ids}


SCALARS: dict[str, Source] = {
    **_same(
        "members_opening", "members_closing", "new_members", "rejoined", "leavers", "net_growth",
        "mau", "mau28", "dau_mean", "stickiness", "engagement_rate", "posts_per_active", "contributions",
        "churn_of_current", "churn_of_opening", "churn_exposure", "churn_activity", "churn_activity_28",
        "bounced_joiners", "activation_rate", "absence_factor", "first_response_hours", "answered_24h",
        "unanswered_7d", "peer_answer_share", "staff_share_of_voice", "themes_covered_share", "nps", "csat",
    ),
    **_of("lifecycle", "new", "retained", "resurrected", "dormant"),
    **_of("gini", "gini_members", "gini_contributors"),
    "hem_share_5": Source("hem_share", "hem_share", {"share": 0.05}),
    "hem_share_10": Source("hem_share", "hem_share", {"share": 0.10}),
}  # fmt: skip

PLAIN = {"posts_per_active", "gini_members", "gini_contributors"}  # numbers even where the frame tells more

# id → the keys of its records, each with the column it comes from.
SERIES: dict[str, dict[str, str]] = {
    "dau": {"date": "day", "value": "dau"},
    "mau_by_month": {"month": "month", "value": "mau"},
    "retention_cohort": {name: name for name in ("cohort", "k", "active", "size", "value")},
    "at_risk": {name: name for name in ("member_id", "rank")},
    "highly_engaged": {name: name for name in ("member_id", "rank")},
}
MONTHS = {"month", "cohort"}  # written as 2026-10


def contract() -> list[str]:
    """The ids that every report answers."""
    return sorted([*SCALARS, *SERIES])


def collect(
    community: "Community",
    *,
    month: Month,
    language: str,
    function: Callable[[str], Callable] | None = None,
) -> dict:
    """All numbers of the contract. `function` finds a metric by name (default: in `workbench.metrics`)."""
    find = function or _metric
    frames: dict[tuple, pd.DataFrame] = {}

    def frame(source: Source) -> "pd.DataFrame":
        key = (source.function, *sorted(source.options.items()))
        if key not in frames:
            frames[key] = find(source.function)(community, month=month, **source.options)
        return frames[key]

    metrics: dict = {}
    for one, source in SCALARS.items():
        metrics |= _scalar(one, frame(source), source.column or one, language)
    for one, columns in SERIES.items():
        metrics[one] = _records(frame(Source(one)), columns)
    return {
        "community": community.settings.name,
        "month": str(month),
        "timezone": community.settings.timezone,
        "partial": community.partial(month),
        "metrics": metrics,
    }


def written(numbers: dict) -> str:
    """The file's text: keys sorted, floats in their shortest form, nothing that JSON does not know."""
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _metric(name: str) -> Callable:
    from workbench import metrics

    return getattr(metrics, name)


def _scalar(one: str, frame: "pd.DataFrame", column: str, language: str) -> dict:
    if len(frame) != 1:
        raise ValueError(f'the metric of "{one}" must answer one row; it answered {len(frame)}.')
    row = frame.to_dict("records")[0]
    value = plain(row[column])
    is_rate = one not in PLAIN and all(name in row for name in RATE)
    made = {one: {"value": value, **{name: plain(row[name]) for name in RATE}} if is_rate else value}
    if value is None:
        made[f"{one}__why"] = _reason(plain(row.get(f"{column}_why")) or plain(row.get("why")), language)
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
