"""Rates with their 95 % Wilson interval (Wilson 1927, JASA 22, 209–212)."""

import pandas as pd

Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


def rate(counts: pd.DataFrame, name: str, *, why_empty: str = "", interval: bool = True) -> pd.DataFrame:
    """Columns `numerator` and `denominator` turned into `name`, `numerator`, `denominator`, `low`, `high`, `why`.

    With an empty denominator the rate is null and `why` says why. `interval=False` for ratios that are no
    proportion of people or items.

    >>> rate(pd.DataFrame({"numerator": [8], "denominator": [10]}), "share").round(3).iloc[0].to_dict()
    {'share': 0.8, 'numerator': 8, 'denominator': 10, 'low': 0.49, 'high': 0.943, 'why': None}
    """
    counts = counts.copy()
    n = counts["denominator"].astype("float64").where(counts["denominator"] > 0)
    share = counts["numerator"] / n
    counts.insert(0, name, share)
    counts["low"], counts["high"] = wilson(share, n) if interval else (None, None)
    reason = pd.Series(None, index=counts.index, dtype=object).where(
        n.notna(), why_empty or "nobody to count in this month"
    )
    counts["why"] = counts["why"].where(counts["why"].notna(), reason) if "why" in counts else reason
    return counts


def wilson(share: pd.Series, n: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Lower and upper bound of the 95 % Wilson score interval of a proportion."""
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5
    return (centre - half).clip(lower=0), (centre + half).clip(upper=1)
