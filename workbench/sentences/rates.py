"""How a rate is said: with its counts, as per cent only where there are enough, and why where it is not known."""

import pandas as pd

from workbench.words import Sentence, say

FEW = 10  # with fewer to count than this, a per cent would pretend to know more than it does


def rate_sentence(frame: pd.DataFrame, name: str, *, language: str) -> Sentence:
    """One sentence on a rate's first row: the text `<name>.sentence`, `<name>.few` under 10, or why it is null.

    `frame` has the columns of a rate: `name`, `numerator`, `denominator`, `why`.
    """
    row = frame.iloc[0]
    if pd.isna(row[name]):
        return say("rate.unknown", language, name=say(f"{name}.name", language), why=say(row["why"], language))
    form = "few" if row["denominator"] < FEW else "sentence"
    values = {"denominator": row["denominator"], "value": row[name], "low": row.get("low"), "high": row.get("high")}
    return say(f"{name}.{form}", language, count=int(row["numerator"]), **values)
