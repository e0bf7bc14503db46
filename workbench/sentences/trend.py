"""A sentence on the course of any one number; takes the frame of `metrics.trend`."""

import pandas as pd

from workbench.words import Sentence, number, percent, say


def trend(frame: pd.DataFrame, *, metric: str, language: str, share: bool = False) -> Sentence:
    """The last month of a number against the month before. `share=True` writes it as per cent."""
    write = percent if share else number
    last = frame.iloc[-1]
    values = {"name": say(f"{metric}.name", language), "month": last["month"]}
    if pd.isna(last[metric]):
        return say("trend_of.unknown", language, why=say(last["why"] or "why.nobody", language), **values)
    values["now"] = write(last[metric], language)
    before = frame[metric].iloc[-2] if len(frame) > 1 else None
    if pd.isna(before):
        return say("trend_of.first", language, **values)
    way = "same" if before == last[metric] else "more" if before < last[metric] else "less"
    return say(f"trend_of.{way}", language, before=write(before, language), **values)
