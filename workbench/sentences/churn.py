"""Sentences on churn; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, catalogue, say


def churn_of_current(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many left for how many who are here at the end."""
    return rate_sentence(frame, "churn_of_current", language=language)


def churn_of_opening(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the members at the beginning left."""
    return rate_sentence(frame, "churn_of_opening", language=language)


def bounced_joiners(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the month's joiners left again."""
    return rate_sentence(frame, "bounced_joiners", language=language)


def churn_exposure(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many left in how many member-months."""
    return rate_sentence(frame, "churn_exposure", language=language)


def churn_activity(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the people active the month before fell silent."""
    return rate_sentence(frame, "churn_activity", language=language)


def churn_activity_28(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The same with two windows of 28 days."""
    return rate_sentence(frame, "churn_activity_28", language=language)


def retention_period(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the people active the month before were active again."""
    return rate_sentence(frame, "retention_period", language=language)


def churns(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Leavers and people who fell silent, in one sentence, whichever of the two is known."""
    rows = frame.set_index("id")
    leavers, silent = rows.loc["churn_of_current"], rows.loc["churn_activity"]
    left = None if pd.isna(leavers["numerator"]) else int(leavers["numerator"])
    knows_silent = pd.notna(silent["value"])
    values = {"silent": silent["numerator"], "active": silent["denominator"]}
    if left is not None and knows_silent:
        return say("churns.both", language, count=left, **values)
    if knows_silent:
        return say("churns.activity_only", language, **values)
    return say("churns.nothing", language) if left is None else say("churns.leaves_only", language, count=left)


def churn_activity_by_month(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The last month against all earlier ones together; "much like" where they lie within its 95 % interval."""
    known = frame[frame["churn_activity"].notna()]
    if known.empty or known.index[-1] != frame.index[-1]:
        return say("churn_activity_by_month.none", language)
    now, earlier = known.iloc[-1], known.iloc[:-1]
    if earlier.empty:
        return say("churn_activity_by_month.first", language, now=now["churn_activity"])
    usual = earlier["numerator"].sum() / earlier["denominator"].sum()
    way = "higher" if usual < now["low"] else "lower" if usual > now["high"] else "usual"
    return say(f"churn_activity_by_month.{way}", language, now=now["churn_activity"], usual=usual)


def churn_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The churns as rows of a table: `churn`, `churn_rate` (share or null), `why_or_count` and `hides`, in words."""
    reasons = [
        say(row["why"], language)
        if pd.isna(row["value"])
        else say(_counts(row["id"]), language, numerator=row["numerator"], denominator=row["denominator"])
        for row in frame.to_dict("records")
    ]
    return pd.DataFrame(
        {
            "churn": [str(say(f"{one}.name", language)) for one in frame["id"]],
            "churn_rate": frame["value"].to_numpy(),
            "why_or_count": [str(reason) for reason in reasons],
            "hides": [str(say(f"{one}.hides", language)) for one in frame["id"]],
        }
    )


def _counts(churn: str) -> str:
    return f"{churn}.counts" if f"{churn}.counts" in catalogue() else "churns.of_few"
