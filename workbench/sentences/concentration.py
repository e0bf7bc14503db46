"""Sentences on concentration; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, say


def hem_share(frame: pd.DataFrame, *, share: float = 0.10, language: str) -> Sentence:
    """What the most active few per cent did; `share` as it was asked of `metrics.hem_share`."""
    row = frame.iloc[0]
    if pd.isna(row["hem_share"]):
        return say("hem_share.nobody", language)
    if row["contributors"] <= row["people"]:  # so few write that the most active few per cent are all of them
        count, members = int(row["contributors"]), int(row["members"])
        return say("hem_share.all", language, count=count, members=members, part=count / members)
    return say(
        "hem_share.said", language, count=int(row["people"]), share=100 * share, hem_share=float(row["hem_share"])
    )


def absence_factor(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How few people made half of the contributions."""
    row = frame.iloc[0]
    if pd.isna(row["absence_factor"]):
        return say("hem_share.nobody", language)
    if row["contributors"] == 1:
        return say("absence_factor.alone", language)
    return say("absence_factor.said", language, count=int(row["absence_factor"]), contributors=int(row["contributors"]))


def gini(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Both Gini coefficients of `metrics.gini`."""
    row = frame.iloc[0]
    if pd.isna(row["gini_contributors"]):
        return say("hem_share.nobody", language)
    return say(
        "gini.said",
        language,
        gini_members=float(row["gini_members"]),
        gini_contributors=float(row["gini_contributors"]),
    )


def top_contributors(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The share of the first one, three and five people: what a per cent means in a small community."""
    if frame.empty:
        return say("hem_share.nobody", language)
    one, three, five = (float(frame["share_so_far"].iloc[min(people, len(frame)) - 1]) for people in (1, 3, 5))
    form = "one" if len(frame) <= 3 else "three" if len(frame) <= 5 else "said"  # the rest made all: no news
    values = {"one": one} | ({} if form == "one" else {"three": three}) | ({"five": five} if form == "said" else {})
    return say(f"top_contributors.{form}", language, **values)


def hem_share_by_month(history: pd.DataFrame, *, language: str) -> Sentence:
    """The share of the most active 10 % against last month's; `history` is the `metrics.trend` of `hem_share_10`."""
    before, now = history["hem_share_10"].iloc[-2:]
    if pd.isna(now):
        return say("hem_share.nobody", language)
    if pd.isna(before):
        return say("hem_share_by_month.first", language, now=float(now))
    points = round(100 * (now - before))
    key = "same" if not points else "more" if points > 0 else "less"
    return say(f"hem_share_by_month.{key}", language, count=abs(points), now=float(now))
