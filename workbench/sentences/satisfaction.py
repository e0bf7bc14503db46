"""Sentences on satisfaction; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import FEW, rate_sentence
from workbench.words import Sentence, say


def nps(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The score with its interval, or its counts while answers are few."""
    row = frame.iloc[0]
    if pd.isna(row["nps"]):
        return say("rate.unknown", language, name=say("nps.name", language), why=say(row["why"], language))
    answers = int(row["denominator"])
    if answers < FEW:
        return say("nps.few", language, count=answers, promoters=row["promoters"], detractors=row["detractors"])
    score, low, high = (round(row[name]) for name in ("nps", "low", "high"))
    return say("nps.sentence", language, count=answers, value=score, low=low, high=high)


def csat(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many answers were satisfied, with the interval unless answers are few."""
    return rate_sentence(frame, "csat", language=language)


def participation(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many answered the survey with most answers, or that nobody answered any."""
    if frame.empty:
        return say("why.satisfaction_no_answers", language)
    row = frame.sort_values("numerator", ascending=False, kind="stable").iloc[0]
    values = {"survey": row["survey"], "denominator": row["denominator"]}
    return say("participation.some", language, count=int(row["numerator"]), **values)


def participation_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """`metrics.participation` as a table to read: survey, answers, members, participation, low, high."""
    rows = frame.rename(columns={"numerator": "answers", "denominator": "members"})
    return rows[["survey", "answers", "members", "participation", "low", "high"]]
