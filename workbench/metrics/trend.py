"""One number over the months up to the report's: what tiles draw as sparkline and compare with."""

from collections.abc import Callable

import pandas as pd

from workbench.engine import Community
from workbench.period import Month


def trend(
    metric: Callable[..., pd.DataFrame],
    community: Community,
    *,
    month: str | Month,
    months: int = 13,
    column: str | None = None,
) -> pd.DataFrame:
    """How did this number develop, each month asked by itself as its own report would have?

    One row a month, the report's last: `month` (its first day), a column named like the metric (its value and unit;
    null where the metric is null, and in an earlier month that is not wholly covered: such a month is no
    comparison), `partial` (not wholly covered), `why` (the key of the reason, where the metric gave one, or no row),
    `numerator` and `denominator` (of a proportion that has an interval).
    `column` picks the number of a metric that answers several.
    Each month is seen with the eligibility and the deletions of its own end, so the last but one value can differ
    from the row of a series such as `mau_by_month`, which sees all months from the end of the report's.

    >>> from workbench.engine import community_of_rows
    >>> from workbench.metrics.activity import mau
    >>> community = community_of_rows({
    ...     "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-02-28"}],
    ...     "events": [{"event_id": "1", "member_id": "chat:a", "kind": "post", "occurred_at": "2026-01-05"}],
    ... })
    >>> trend(mau, community, month="2026-02", months=3)["mau"].tolist()
    [nan, 1.0, 0.0]
    """
    month = Month.parse(month)
    column = column or metric.__name__
    asked = [month.back(back) for back in reversed(range(months))]
    covered = community.run(
        "SELECT CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS days FROM covered_days GROUP BY 1",
        month=month,
    )
    days = {Month.parse(first.date()): int(n) for first, n in zip(covered["month"], covered["days"], strict=True)}
    partial = [days.get(one, 0) < one.days for one in asked]
    answers = [
        _first(metric(community, month=one)) if one == month or not lacking else {}
        for one, lacking in zip(asked, partial, strict=True)
    ]
    return pd.DataFrame(
        {
            "month": pd.to_datetime([one.start for one in asked]),
            column: pd.Series([answer.get(column) for answer in answers], dtype="Float64").astype("float64"),
            "partial": partial,
            "why": pd.Series([answer.get("why") for answer in answers], dtype=object),
            **{
                part: pd.Series([answer.get(part) if "low" in answer else None for answer in answers], dtype="Float64")
                for part in ("numerator", "denominator")
            },
        }
    )


def _first(rows: pd.DataFrame) -> dict:
    """The first row, which is that of the whole; a metric without any row had nothing to count."""
    return rows.iloc[0].to_dict() if len(rows) else {"why": "why.empty"}
