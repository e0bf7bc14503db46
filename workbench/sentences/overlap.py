"""Who is on several platforms, as a sentence."""

import pandas as pd

from workbench.sentences.population import unknown
from workbench.words import Sentence, say


def platform_overlap(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people are on several platforms; without a map, between which numbers the people lie."""
    row = frame.iloc[0]
    if row["why"] == "why.overlap_no_map":
        values = {name: int(row[name]) for name in ("platforms", "at_least", "at_most")}
        return say("platform_overlap.bounds", language, **values)
    if pd.isna(row["platform_overlap"]):
        return unknown("platform_overlap", row["why"], language=language)
    values = {name: int(row[name]) for name in ("platforms", "people")}
    return say("platform_overlap.sentence", language, count=int(row["platform_overlap"]), **values)
