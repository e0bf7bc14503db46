"""Sentences on dialogue; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, say


def reply_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many threads got a reply."""
    return rate_sentence(frame, "reply_rate", language=language)


def reaction_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many messages met a reaction."""
    return rate_sentence(frame, "reaction_rate", language=language)


def open_loops(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many loops are open, and how old the oldest is."""
    if frame.empty:
        return say("open_loops.none", language)
    return say("open_loops.some", language, count=len(frame), days=int(frame["age_days"].iloc[0]))


def open_loop_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The loops as rows of a table without anybody's text: what, where, since when."""
    kinds = [str(say(f"open_loops.{kind}", language)) for kind in frame["kind"]]
    days = frame["age_days"].astype("float64") // 1
    return frame[["group_name", "opened_at_local"]].assign(kind=kinds, age_days=days.astype("int64"))[
        ["kind", "group_name", "opened_at_local", "age_days"]
    ]


def loops_closed(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the loops were closed."""
    return rate_sentence(frame, "loops_closed", language=language)


def owner_effort(frame: pd.DataFrame, *, language: str) -> Sentence:
    """In how many whole weeks a group saw its owners and the team for under an hour."""
    if len(frame) and frame["minutes"].isna().all():
        name = say("owner_effort.name", language)
        return say("rate.unknown", language, name=name, why=say(frame["why"].iloc[0], language))
    whole = frame[~frame["partial"].astype(bool)]
    if whole.empty:
        return say("owner_effort.unknown", language)
    short = int(whole["under_an_hour"].sum())
    return say("owner_effort.said", language, count=short, weeks=len(whole), minutes=round(whole["minutes"].median()))
