"""Sentences on social networks; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import FEW
from workbench.words import Sentence, number, percent, say


def social_posts(frame: pd.DataFrame, *, language: str, cut_by: str = "all") -> Sentence:
    """How much engagement posts met for each time they were seen, together and typically; or, with `cut_by` (network,
    type, hour), where the typical post does best and worst, of the parts with at least 10 posts."""
    if frame.empty:
        return say("social_posts.none", language)
    if cut_by != "all":
        return _best_and_worst(frame[frame["cut_by"] == cut_by], language)
    row = frame.iloc[0]
    if pd.isna(row["social_posts"]):
        return say("rate.unknown", language, name=say("social_posts.name", language), why=say(row["why"], language))
    values = {"value": row["social_posts"], "median": row["median_rate"]}
    return say("social_posts.said", language, count=int(row["n"]), **values)


def _best_and_worst(parts: pd.DataFrame, language: str) -> Sentence:
    known = parts[(parts["n"] >= FEW) & parts["median_rate"].notna()]
    if len(known) < 2:
        return say("social_posts.too_few", language)
    best, worst = known.loc[known["median_rate"].idxmax()], known.loc[known["median_rate"].idxmin()]
    return say(
        "social_posts.best",
        language,
        best=_part(best, language),
        best_rate=best["median_rate"],
        best_n=best["n"],
        worst=_part(worst, language),
        worst_rate=worst["median_rate"],
        worst_n=worst["n"],
    )


def _part(row: pd.Series, language: str) -> str:
    """A network, type or hour in words."""
    if row["cut_by"] == "hour":
        return str(say("social_posts.at_hour", language, hour=int(row["hour"])))
    return str(say("social_posts.no_type", language)) if pd.isna(row["part"]) else str(row["part"])


def social_standouts(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The post seen farthest above the usual; from twice the usual on."""
    if frame.empty:
        return say("social_posts.none", language)
    if frame["times_usual"].isna().all():
        return say("social_standouts.unknown", language, count=len(frame))
    top = frame.iloc[0]
    if top["times_usual"] < 2:
        return say("social_standouts.even", language, count=len(frame))
    return say(
        "social_standouts.said",
        language,
        day=top["posted_at_local"],
        network=top["network"],
        times=round(float(top["times_usual"]), 1),
        impressions=top["impressions"],
    )


def social_standout_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The posts as rows of a table: when, where, what, seen how often, how many times the usual, engagement."""
    rows = list(frame.itertuples())

    def known(value):
        return None if pd.isna(value) else value

    return pd.DataFrame(
        {
            say("social_posts.posted", language): [row.posted_at_local.date() for row in rows],
            say("social_posts.network", language): [str(row.network) for row in rows],
            say("social_posts.type", language): ["–" if pd.isna(row.post_type) else str(row.post_type) for row in rows],
            say("social_posts.impressions", language): [number(known(row.impressions), language) for row in rows],
            say("social_standouts.times", language): [number(known(row.times_usual), language) for row in rows],
            say("social_posts.rate", language): [percent(known(row.engagement_rate), language) for row in rows],
        }
    )
