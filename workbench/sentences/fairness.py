"""Sentences on fairness and the network; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import FEW
from workbench.words import Sentence, number, percent, say

LEVELS = {"silent": 0, "newcomer": 1, "casual": 2, "regular": 3, "core": 4}


def onion(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people make the core and the next layer."""
    people = frame.set_index("layer")["people"]
    if not people.sum():
        return say("onion.nobody", language)
    return say("onion.said", language, count=int(people["core"]), people=people.sum(), regular=people["regular"])


def ladder(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many moved up, down, and stayed, of those who were members at both ends of the month."""
    if frame["numerator"].isna().all():
        return say("rate.unknown", language, name=say("ladder.name", language), why=say(frame["why"].iloc[0], language))
    steps = frame["step"].map(LEVELS) - frame["step_before"].map(LEVELS)
    up, down, stayed = (int(frame.loc[moved, "numerator"].sum()) for moved in (steps > 0, steps < 0, steps == 0))
    return say("ladder.said", language, count=up, down=down, stayed=stayed)


def role_candidates(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many might be asked, and whether anybody's record is known."""
    if frame.empty:
        return say("role_candidates.nobody", language)
    form = "said" if frame["sanctions_known"].iloc[0] else "unknown"
    return say(f"role_candidates.{form}", language, count=len(frame))


def favouritism_gap(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The gap of the highly engaged to the others."""
    rows = frame.set_index("askers")
    gap = rows.loc["highly_engaged"]
    if pd.isna(gap["favouritism_gap"]):
        name = say("favouritism_gap.name", language)
        return say("rate.unknown", language, name=name, why=say(gap["why"], language))
    points = [round(100 * gap[name]) for name in ("favouritism_gap", "gap_low", "gap_high")]
    form = "more" if gap["gap_low"] > 0 else "less" if gap["gap_high"] < 0 else "even"
    if form == "less":  # "5 to 20 points fewer": without the sign, the small end first
        points = [-points[0], -points[2], -points[1]]
    values = dict(zip(("gap", "low", "high"), points, strict=True))
    if form == "even":
        del values["gap"]
    shares = {"share": gap["answered_share"], "others": rows.loc["others", "answered_share"]}
    return say(f"favouritism_gap.{form}", language, **shares, **values)


def favouritism_gap_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The kinds of askers as rows of a table: share with its counts, typical delay, gap with its interval."""
    rows = list(frame.itertuples())
    return pd.DataFrame(
        {
            say("favouritism_gap.askers", language): [
                str(say(f"favouritism_gap.{row.askers}", language)) for row in rows
            ],
            say("favouritism_gap.answered", language): [_share(row, language) for row in rows],
            say("favouritism_gap.median", language): [number(row.answered_median_hours, language) for row in rows],
            say("favouritism_gap.gap", language): [_gap(row, language) for row in rows],
        }
    )


def _share(row, language: str) -> str:
    if pd.isna(row.answered_share):  # nobody asked, or nobody is known as the team
        return number(None, language)
    counts = say("favouritism_gap.of", language, numerator=row.numerator, denominator=row.denominator)
    return f"{percent(row.answered_share, language)} ({counts})" if row.denominator >= FEW else str(counts)


def _gap(row, language: str) -> str:
    if row.askers == "others":
        return "–"
    if pd.isna(row.favouritism_gap):
        return str(say("favouritism_gap.too_few" if row.why == "why.fairness_few_openers" else row.why, language))
    points = {name: round(100 * getattr(row, name)) for name in ("favouritism_gap", "gap_low", "gap_high")}
    return str(
        say(
            "favouritism_gap.between",
            language,
            gap=points["favouritism_gap"],
            low=points["gap_low"],
            high=points["gap_high"],
        )
    )


def reward_effect(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether rewarded members contributed more afterwards than others alike."""
    row = frame.iloc[0]
    if pd.isna(row["reward_effect"]):
        return say("rate.unknown", language, name=say("reward_effect.name", language), why=say(row["why"], language))
    form = "more" if row["low"] > 0 else "less" if row["high"] < 0 else "none"
    ends = sorted((abs(row["low"]), abs(row["high"]))) if form == "less" else (row["low"], row["high"])
    values = {"low": round(ends[0], 1), "high": round(ends[1], 1)}
    if form != "none":
        values["effect"] = round(abs(row["reward_effect"]), 1)
    return say(f"reward_effect.{form}", language, count=int(row["rewarded"]), **values)


def reply_edges(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many members are connected by replies, and how far the most connected one reaches."""
    if frame.empty:
        return say("reply_edges.nobody", language)
    there = frame[["member_id", "author_id"]].set_axis(["one", "other"], axis=1)
    back = there.rename(columns={"one": "other", "other": "one"})
    others = pd.concat([there, back]).drop_duplicates().groupby("one").size()
    return say("reply_edges.said", language, count=len(frame), people=len(others), most=int(others.max()))
