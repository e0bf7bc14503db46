"""Sentences on activity; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, say


def mau_by_month(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What the last two months of `metrics.mau_by_month` say, in one sentence."""
    if len(frame) < 2:
        return say("mau_by_month.first", language, count=int(frame["mau"].iloc[-1]))
    before, now = (int(value) for value in frame["mau"].iloc[-2:])
    key = "mau_by_month.same" if now == before else "mau_by_month.more" if now > before else "mau_by_month.less"
    return say(key, language, count=now, before=before, difference=abs(now - before))
