"""Rates with their 95 % interval, differences of two rates, and the median of waits of which some still last."""

import numpy as np
import pandas as pd

Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


def rate(counts: pd.DataFrame, name: str, *, why_empty: str = "why.nobody", interval: bool = True) -> pd.DataFrame:
    """Columns `numerator` and `denominator` turned into `name`, `numerator`, `denominator`, `low`, `high`, `why`.

    With an empty or unknown denominator, or an unknown numerator, the rate is null and `why` is the key of the text
    that says why: the one that `counts` brings in its own column `why`, else `why_empty`. `interval=False` for
    ratios that are no proportion of people or items.

    >>> rate(pd.DataFrame({"numerator": [8], "denominator": [10]}), "share").round(3).iloc[0].to_dict()
    {'share': 0.8, 'numerator': 8, 'denominator': 10, 'low': 0.49, 'high': 0.943, 'why': None}
    >>> rate(pd.DataFrame({"numerator": [0], "denominator": [0]}), "share")["why"].iloc[0]
    'why.nobody'
    """
    numerator = counts["numerator"].astype("float64")
    n = counts["denominator"].astype("float64")
    n = n.where(n > 0)
    share = numerator / n
    low, high = wilson(share, n) if interval else (None, None)
    why = pd.Series(None, index=counts.index, dtype=object).where(share.notna(), why_empty)
    if "why" in counts:
        given = counts["why"].astype(object)
        why = given.where(given.notna(), why).where(share.isna(), None)
    others = counts.drop(columns=["numerator", "denominator", "why"], errors="ignore")
    made = pd.DataFrame(
        {
            name: share,
            "numerator": counts["numerator"],
            "denominator": counts["denominator"],
            "low": low,
            "high": high,
            "why": why.where(why.notna(), None),
        },
        index=counts.index,
    )
    return pd.concat([made, others], axis=1)


def wilson(share: pd.Series, n: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Lower and upper bound of the 95 % Wilson score interval of a proportion (Wilson 1927, JASA 22, 209–212).

    >>> low, high = wilson(pd.Series([0.0]), pd.Series([20.0]))
    >>> f"{low[0]:.3f} {high[0]:.3f}"
    '0.000 0.161'
    """
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5
    return (centre - half).clip(lower=0), (centre + half).clip(upper=1)


def difference_interval(first: pd.Series, second: pd.Series) -> tuple[float, float]:
    """95 % interval of the difference of two rates, first − second, of independent groups.

    Each has `value`, `low`, `high` (Wilson). Source: Newcombe 1998, Statistics in Medicine 17, 873–890, method 10;
    its table II (a): 56 of 70 against 48 of 80 gives 0.0524 to 0.3339.

    >>> both = rate(pd.DataFrame({"numerator": [56, 48], "denominator": [70, 80]}), "value")
    >>> [round(float(end), 4) for end in difference_interval(both.iloc[0], both.iloc[1])]
    [0.0524, 0.3339]
    """
    difference = first["value"] - second["value"]
    below = ((first["value"] - first["low"]) ** 2 + (second["high"] - second["value"]) ** 2) ** 0.5
    above = ((first["high"] - first["value"]) ** 2 + (second["value"] - second["low"]) ** 2) ** 0.5
    return difference - below, difference + above


def median_wait(hours: np.ndarray, ended: np.ndarray, waiting: np.ndarray) -> float | None:
    """The Kaplan–Meier median: the first time at which the estimated share still waiting is one half or less.

    For each time of `hours`, ascending: how many waits `ended` then and how many had lasted that long (`waiting`).

    >>> median_wait(np.array([1.0, 2.0, 5.0]), np.array([1, 0, 1]), np.array([3, 2, 1]))
    5.0
    """
    still_waiting = np.cumprod(1 - ended / np.maximum(waiting, 1))
    reached = np.flatnonzero(still_waiting <= 0.5 + 1e-12)
    return float(hours[reached[0]]) if len(reached) else None
