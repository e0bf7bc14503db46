"""Sentences on retention; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import FEW
from workbench.words import Sentence, say


def retention_cohort(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What became, by the last month known, of the newest cohort that is three months old, or as old as there is."""
    known = frame[frame["value"].notna() & (frame["k"] > 0)]
    if known.empty:
        return say("retention_cohort.none", language)
    age = min(3, int(known["k"].max()))
    cell = known[known["k"] == age].sort_values("cohort").iloc[-1]
    seen = cell["cohort"] + pd.DateOffset(months=age)
    form = "title_few" if cell["size"] < FEW else "title"
    values = {"size": cell["size"], "value": cell["value"], "cohort": cell["cohort"], "seen": seen}
    return say(f"retention_cohort.{form}", language, count=int(cell["active"]), **values)


def retention_curve(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The share active after one month, and at the last age, up to six months, that ten people have reached."""
    later = frame[(frame["k"] >= 1) & (frame["k"] <= 6)]
    if later.empty:
        return say("retention_curve.none", language)
    enough = later[later["size"] >= FEW]
    last = (later if enough.empty else enough).iloc[-1]
    first = later.iloc[0]
    return say("retention_curve.sentence", language, count=int(last["k"]), first=first["value"], value=last["value"])


def at_risk(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many regulars have gone quiet, and how long the most prolific of them is silent."""
    if frame.empty:
        return say("at_risk.none", language)
    first = frame.iloc[0]
    values = {"silent_days": first["silent_days"], "contributions": first["contributions"]}
    return say("at_risk.some", language, count=len(frame), **values)
