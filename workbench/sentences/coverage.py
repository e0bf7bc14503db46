"""Sentences on what the data hold; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, say


def coverage(frame: pd.DataFrame, *, language: str) -> Sentence:
    """From when to when the data reach."""
    if frame.empty:
        return say("coverage.none", language)
    return say(
        "coverage.sentence", language, count=len(frame), first=frame["first_day"].min(), last=frame["last_day"].max()
    )


def coverage_gaps(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many days are missing in between."""
    if frame.empty:
        return say("coverage_gaps.none", language)
    return say("coverage_gaps.sentence", language, count=int(frame["days"].sum()), gaps=len(frame))


def month_coverage(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether the month is wholly covered."""
    row = frame.iloc[0]
    if not row["covered_days"]:
        return say("month_coverage.nothing", language)
    if row["partial"]:
        return say("month_coverage.partial", language, covered=row["covered_days"], days=row["days"])
    return say("month_coverage.whole", language)


def imports_read(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many files were imported."""
    return say("imports_read.sentence", language, count=len(frame))


def problems_by_reason(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many records could not be read."""
    if frame.empty:
        return say("problems_by_reason.none", language)
    return say("problems_by_reason.sentence", language, count=int(frame["records"].sum()))
