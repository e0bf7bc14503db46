"""Sentences on feedback themes; each takes the frame of the same name."""

import pandas as pd

from workbench.words import Sentence, say


def themes(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The most frequent theme of the month; `frame` as `models.theme_table` gives it."""
    if frame.empty:
        return say("themes.none", language)
    top = frame.iloc[0]
    values = {"label": top["label"], "items": int(top["items"]), "authors": int(top["authors"])}
    return say("themes.first", language, count=len(frame), **values)


def theme_trend(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Which themes grow or fade; `frame` as `models.theme_table` gives it."""
    if frame["trend"].isna().all():
        return say("theme_trend.no_months_before" if len(frame) else "themes.none", language)
    growing = frame[frame["trend"].isin(["new", "up"])]
    falling = frame[frame["trend"] == "down"]
    moved, key = (growing, "growing") if len(growing) else (falling, "falling")
    if moved.empty:
        return say("theme_trend.none", language)
    return say(f"theme_trend.{key}", language, count=len(moved), label=moved["label"].iloc[0])


def themes_covered_share(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many texts of the month are in a theme; `frame` as `models.themes_covered_share` gives it."""
    row = frame.iloc[0]
    if not row["denominator"]:
        return say("themes_covered_share.no_texts", language)
    numbers = {name: int(row[name]) for name in ("numerator", "denominator")}
    return say("themes_covered_share.sentence", language, share=row["themes_covered_share"], **numbers)


def feedback_texts(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Which texts were read; `frame` as `metrics.feedback_texts` gives it."""
    conversations = int((frame["source"] == "conversation").sum())
    answers = len(frame) - conversations
    key = "none" if frame.empty else "sentence" if answers else "only_conversations"
    return say(f"feedback_texts.{key}", language, answers=answers, conversations=conversations)


def themes_sample(found, *, language: str) -> Sentence:
    """On how many texts the themes were found; `found` as `models.find_themes` gives it."""
    key = "all" if found.n_sampled is None else "sampled"
    return say(f"feedback_texts.{key}", language, sample=found.n_sampled or 0, texts=found.n_texts)


def theme_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """`models.theme_table` as a table to read: label, items, authors, mean_before, trend (in words), months_in_a_row,
    negative_share."""
    rows = frame[["label", "items", "authors", "mean_before", "trend", "months_in_a_row", "negative_share"]].copy()
    rows["trend"] = [
        say(f"trend.{way}" if isinstance(way, str) else "trend.unknown", language) for way in rows["trend"]
    ]
    return rows


def theme_quotes(frame: pd.DataFrame, quotes: pd.DataFrame, *, most: int = 10, each: int = 2) -> pd.DataFrame:
    """What was said on the first themes of `frame`: label, quote; `quotes` as `models.find_themes` gives them."""
    rows = frame[["theme_id", "label"]].head(most).merge(quotes, on="theme_id", how="inner", sort=False)
    rows = rows[rows.groupby("theme_id", sort=False).cumcount() < each].reset_index(drop=True)
    rows["label"] = rows["label"].where(~rows["label"].eq(rows["label"].shift()), "")
    return rows.rename(columns={"text": "quote"})[["label", "quote"]]


def theme_teams(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """Which theme goes to which team: team, label, items, authors; a theme without a team says so."""
    rows = frame[["team", "label", "items", "authors"]].copy()
    rows = rows.sort_values("team", kind="stable", na_position="last").reset_index(drop=True)
    rows["team"] = rows["team"].astype(object).where(rows["team"].notna(), say("themes.no_team", language))
    return rows


def feedback_closure(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How much was passed on and answered, and how soon; `frame` as `metrics.feedback_closure` gives it."""
    routed, answered = frame.iloc[0], frame.iloc[1]
    if pd.isna(routed["feedback_closure"]):
        name = say("feedback_closure.name", language)
        return say("rate.unknown", language, name=name, why=say(routed["why"], language))
    counts = {"count": int(routed["numerator"]), "denominator": int(routed["denominator"])}
    said = say("feedback_closure.routed", language, **counts)
    if answered["denominator"]:
        counts = {"answered": int(answered["numerator"]), "routed": int(answered["denominator"])}
        said = say("feedback_closure.answered", language, said=said, **counts)
    days = answered["median_days"]
    if pd.isna(days):
        return said
    return say("feedback_closure.days", language, said=said, count=round(days, 1), days=round(days, 1))


def sentiment_by_week(frame: pd.DataFrame, *, worse: pd.DataFrame, language: str) -> Sentence:
    """The group that turned negative most, or that none did. `frame` as `models.sentiment_by_week` gives it, `worse`
    as `models.turned_negative` does."""
    known = frame[frame["negative_share"].notna()]
    if known.empty:
        return say("sentiment_by_week.none", language)
    if worse.empty:
        week = known["week"].max()
        return say("sentiment_by_week.steady", language, week=week, count=int((known["week"] == week).sum()))
    row = worse.iloc[0]
    group = row["group"] or say("sentiment_by_week.answers", language)
    numbers = {"now": row["negative_share"], "before": row["before"], "texts": row["texts"]}
    return say("sentiment_by_week.worse", language, week=row["week"], group=group, **numbers)
