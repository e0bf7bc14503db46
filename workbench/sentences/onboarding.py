"""Sentences on onboarding; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import FEW, rate_sentence
from workbench.words import Sentence, say


def activation_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many newcomers contributed within a week."""
    return rate_sentence(frame, "activation_rate", language=language)


def welcome_coverage(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many newcomers another human welcomed, and how many only a bot did."""
    row = frame.iloc[0]
    if pd.isna(row["welcome_coverage"]) or not row["greeted_by_bot_only"]:
        return rate_sentence(frame, "welcome_coverage", language=language)
    form = "few_bot" if row["denominator"] < FEW else "sentence_bot"
    values = {"denominator": row["denominator"], "value": row["welcome_coverage"], "bots": row["greeted_by_bot_only"]}
    return say(f"welcome_coverage.{form}", language, count=int(row["numerator"]), **values)


def welcome_hours(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The median wait, in minutes under two hours."""
    row = frame.iloc[0]
    hours = row["welcome_hours"]
    if pd.isna(hours):
        return say("rate.unknown", language, name=say("welcome_hours.name", language), why=say(row["why"], language))
    if hours < 2:
        minutes = max(1, round(60 * hours))
        return say("welcome_hours.minutes", language, count=minutes, minutes=minutes)
    return say("welcome_hours.hours", language, hours=round(hours, 1))


def unwelcomed(frame: pd.DataFrame, *, welcomed: pd.DataFrame, language: str) -> Sentence:
    """How many newcomers nobody has said a word to, and how many of them have written.

    `welcomed` as `metrics.welcome_coverage` gives it tells an empty list from one that nobody can draw up.
    """
    why = welcomed["why"].iloc[0]
    if frame.empty and why in ("why.onboarding_no_joins", "why.responses_no_links"):
        return say("rate.unknown", language, name=say("unwelcomed.name", language), why=say(why, language))
    written = int(frame["has_written"].sum())
    form = "none" if frame.empty else "silent" if not written else "all" if written == len(frame) else "some"
    return say(f"unwelcomed.{form}", language, count=len(frame), written=written)


def stay_day7(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many joiners were still members after a week."""
    return rate_sentence(frame, "stay_day7", language=language)


def stay_day30(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many joiners were still members after thirty days."""
    return rate_sentence(frame, "stay_day30", language=language)


def onboarding(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The step that the smallest share of newcomers takes; of one known step nothing narrower can be said."""
    known = frame[frame["value"].notna()]
    if known.empty:
        return say("onboarding.unknown", language, why=say(frame["why"].iloc[0], language))
    row = known.loc[known["value"].idxmin()]
    if row["value"] == 1:
        return say("onboarding.wide", language)
    form = "narrowest" if len(known) > 1 else "only"
    form += "_few" if row["denominator"] < FEW else ""
    values = {"value": row["value"], "numerator": row["numerator"], "denominator": row["denominator"]}
    return say(f"onboarding.{form}", language, name=say(f"{row['id']}.name", language), **values)


def onboarding_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The steps as rows of a table: step, share (with its counts, or why it is not known)."""
    return pd.DataFrame(
        {
            "step": [str(say(f"{one}.name", language)) for one in frame["id"]],
            "share": [_share(row, row["value"], language) for _, row in frame.iterrows()],
        }
    )


def first_reply_effect(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether answered newcomers come back more often, worded as an association."""
    row = frame.iloc[0]
    if min(row["answered"], row["unanswered"]) < FEW and row["answered"] + row["unanswered"] > 0:
        values = {"first": row["answered_active"], "second": row["unanswered_active"]}
        return say("first_reply_effect.few", language, answered=row["answered"], unanswered=row["unanswered"], **values)
    if pd.isna(row["first_reply_effect"]):
        name = say("first_reply_effect.name", language)
        return say("rate.unknown", language, name=name, why=say(row["why"], language))
    form = "more" if row["low"] > 0 else "less" if row["high"] < 0 else "unsure"
    points = {
        "points": round(100 * row["first_reply_effect"]),
        "low": round(100 * row["low"]),
        "high": round(100 * row["high"]),
    }
    shares = {"first": row["answered_share"], "second": row["unanswered_share"]}
    return say(f"first_reply_effect.{form}", language, **shares, **points)


def conversion(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people stand on each step."""
    people = frame.set_index("step")["people"]
    if people.drop("visitors").isna().any():
        name = say("conversion.name", language)
        why = frame.set_index("step")["why"]["contributors"]
        return say("rate.unknown", language, name=name, why=say(why, language))
    return say("conversion.no_visits" if pd.isna(people["visitors"]) else "conversion.all", language, **people)


def conversion_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The steps as rows of a table: step, people, taken (share of the step before, or why it is not known)."""
    return pd.DataFrame(
        {
            "step": [str(say(f"conversion.{one}", language)) for one in frame["step"]],
            "people": frame["people"].tolist(),
            "taken": [
                "–" if pd.isna(row["conversion"]) and not isinstance(row["why"], str)
                else _share(row, row["conversion"], language)
                for _, row in frame.iterrows()
            ],
        }
    )  # fmt: skip


def _share(row: pd.Series, value: float, language: str) -> str:
    if pd.isna(value):
        return str(say(row["why"], language))
    form = "of_few" if row["denominator"] < FEW else "of"
    counts = {"numerator": row["numerator"], "denominator": row["denominator"]}
    return str(say(f"churns.{form}", language, value=value, **counts))
