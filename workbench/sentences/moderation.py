"""Sentences on safety; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, say

REASONS = ("first_link", "same_text_groups", "same_text_accounts", "same_site", "burst")


def spam_suspects(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people look like spammers, and how many of them are banned already."""
    if frame.empty:
        return say("spam_suspects.none", language)
    banned = int(frame["banned"].sum())
    return say(
        f"spam_suspects.{'banned' if banned == len(frame) else 'some'}", language, count=len(frame), banned=banned
    )


def spam_suspect_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """`metrics.spam_suspects` as a table to read, its reasons in words; without what was written."""
    reasons = [
        ", ".join(say(f"spam_suspects.{one}", language) for one in REASONS if row[one])
        for row in frame[list(REASONS)].to_dict("records")
    ]
    kept = ["member_id", "display_name", "leading_away", "moderated", "banned"]
    made = frame[kept].copy()
    made.insert(2, "reasons", pd.Series(reasons, index=frame.index, dtype=object))
    return made


def spam_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many messages moderators removed or flagged, and how soon what was removed was gone."""
    row = frame.iloc[0]
    if pd.isna(row["spam_rate"]):
        return say("rate.unknown", language, name=say("spam_rate.name", language), why=say(row["why"], language))
    if not row["numerator"]:
        return say("spam_rate.none", language)
    numbers = {"count": int(row["numerator"]), "denominator": int(row["denominator"]), "value": row["spam_rate"]}
    said = say("spam_rate.sentence", language, **numbers)
    hours = row["removal_hours"]
    if pd.isna(hours):
        return said
    if hours < 2:
        return say("spam_rate.minutes", language, said=said, count=round(60 * hours), minutes=round(60 * hours))
    return say("spam_rate.hours", language, said=said, hours=round(hours, 1))


def warn_ladder(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the bans came after two warnings."""
    if frame["why"].iloc[0] == "why.no_bans" and not frame["exempt"].iloc[0]:
        return say("warn_ladder.no_bans", language)
    return rate_sentence(frame, "warn_ladder", language=language)


def third_offences(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people went on after two warnings without a ban."""
    return say(f"third_offences.{'some' if len(frame) else 'none'}", language, count=len(frame))


def incidents(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many incidents were noted and closed, and how many are open."""
    unknown = frame["why"].dropna()
    if len(unknown):
        name = say("incidents.name", language)
        return say("rate.unknown", language, name=name, why=say(unknown.iloc[0], language))
    noted, closed, still_open = (int(frame[name].sum()) for name in ("incidents", "closed", "still_open"))
    if not noted + closed + still_open:
        return say("incidents.none", language)
    return say("incidents.some", language, count=noted, closed=closed, still_open=still_open)


def incident_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The types of `metrics.incidents` with something to tell, by their names."""
    rows = frame[frame[["incidents", "closed", "still_open"]].fillna(0).sum(axis=1) > 0].drop(columns="why")
    return rows.assign(type=[str(say(f"incidents.{one}", language)) for one in rows["type"]])


def open_incidents(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many incidents are open, and for how long the oldest one."""
    if frame.empty:
        return say("open_incidents.none", language)
    return say("open_incidents.some", language, count=len(frame), days=int(frame["open_hours"].iloc[0] // 24))


def unlogged_spikes(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Which days stood out without a cause in the log; the three farthest above the usual are named."""
    if frame.empty:
        return say("unlogged_spikes.none", language)
    farthest = frame.assign(times=frame["value"] / frame["high"].clip(lower=1))
    farthest = farthest.sort_values(["times", "day"], ascending=[False, True]).drop_duplicates("day").head(3)
    named = [
        say(f"unlogged_spikes.{row.kind}", language, day=row.day, value=row.value, median=row.median)
        for row in farthest.itertuples(index=False)
    ]
    return say("unlogged_spikes.some", language, count=frame["day"].nunique(), days=", ".join(named))


def unlogged_spike_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """`metrics.unlogged_spikes` as a table to read: what stood out, how much of it there was and usually is."""
    kinds = [str(say(f"unlogged_spikes.kind_{kind}", language)) for kind in frame["kind"]]
    return frame.assign(kind=kinds).rename(columns={"value": "spike"})[["day", "kind", "spike", "median"]]
