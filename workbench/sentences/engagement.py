"""Sentences on highly engaged members; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, say


def engagement_score(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How the scores of `metrics.engagement_score` are spread."""
    if frame.empty:
        return say("engagement_score.nobody", language)
    highest, median = float(frame["score"].max()), float(frame["score"].median())
    return say("engagement_score.said", language, count=len(frame), median=round(median), highest=round(highest))


def score_coverage(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether all 12 weeks that `metrics.engagement_score` looks at are in the data."""
    if frame.empty:
        return say("engagement_score.nobody", language)
    weeks = int(frame["covered_weeks"].iloc[0])
    return say("engagement_score.short" if weeks < 12 else "engagement_score.covered", language, count=weeks)


def highly_engaged(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many members carry the community, and what at least half of them did."""
    if frame.empty:
        return say("highly_engaged.nobody", language)
    typical = frame[["active_weeks", "people_helped"]].median()
    counts = {"count": len(frame), "weeks": int(typical["active_weeks"])}
    helped = int(typical["people_helped"])
    if not helped:
        return say("highly_engaged.helped_nobody", language, **counts)
    return say("highly_engaged.said", language, helped=helped, **counts)


def hem_stability(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of last month's highly engaged members are so again, and how many came in."""
    row = frame.iloc[0]
    if pd.isna(row["hem_stability"]):
        return say(row["why"], language)
    kept, new, lost = (int(row[name]) for name in ("kept", "new", "lost"))
    if not kept + lost:
        return say("hem_stability.began", language, count=new)
    form = "said" if pd.isna(row["doubt"]) else "doubtful"
    return say(f"hem_stability.{form}", language, count=kept + lost, kept=kept, new=new, lost=lost)


def hem_changes(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Why `actions.contact` lists nobody where this month's scores rest on fewer covered weeks than last month's."""
    weeks = {name: int(frame[name].iloc[0]) for name in ("covered_weeks", "covered_weeks_before")}
    return say("hem_changes.fewer_weeks", language, now=weeks["covered_weeks"], before=weeks["covered_weeks_before"])


def score_weights(parts: dict[str, int], *, language: str) -> pd.DataFrame:
    """The parts of the score and the most points of each (`metrics.SCORE_PARTS`) as a table for a reader."""
    return pd.DataFrame(
        {
            say("engagement_score.weights.part", language): [
                str(say(f"engagement_score.part.{part}", language)) for part in parts
            ],
            say("engagement_score.weights.points", language): list(parts.values()),
        }
    )
