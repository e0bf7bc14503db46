"""Rates with their 95 % Wilson interval (Wilson 1927, JASA 22, 209–212)."""

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
    """Lower and upper bound of the 95 % Wilson score interval of a proportion.

    >>> low, high = wilson(pd.Series([0.0]), pd.Series([20.0]))
    >>> f"{low[0]:.3f} {high[0]:.3f}"
    '0.000 0.161'
    """
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5
    return (centre - half).clip(lower=0), (centre + half).clip(upper=1)
