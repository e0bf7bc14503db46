"""The sentence above the front page's figure."""

import pandas as pd

from workbench.words import Sentence, say


def at_a_glance(mau: pd.DataFrame, *, language: str) -> Sentence:
    """This month's active people against the range of the months before; `mau` is its `metrics.trend`."""
    now, earlier = mau["mau"].iloc[-1], mau["mau"].iloc[:-1].dropna()
    if pd.isna(now):
        return say("at_a_glance.unknown", language)
    if len(earlier) < 2:
        return say("at_a_glance.first", language, count=int(now))
    return say(
        "at_a_glance.range",
        language,
        count=int(now),
        low=int(earlier.min()),
        high=int(earlier.max()),
        months=len(earlier),
    )
