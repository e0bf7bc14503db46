"""Sentences on responses; each takes the frame of the metric of the same name."""

import pandas as pd
from babel.lists import format_list

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, say

PLATFORMS = {"whatsapp": "WhatsApp", "irc": "IRC", "facebook": "Messenger", "telegram": "Telegram"}


def first_response_hours(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The median wait, in minutes under two hours."""
    row = frame.iloc[0]
    hours = row["first_response_hours"]
    if pd.isna(hours):
        name = say("first_response_hours.name", language)
        return say("rate.unknown", language, name=name, why=say(row["why"], language))
    counts = {"answered": row["answered"], "openers": row["openers"]}
    if hours < 2:
        minutes = max(1, round(60 * hours))
        return say("first_response_hours.minutes", language, count=minutes, minutes=minutes, **counts)
    return say("first_response_hours.hours", language, hours=round(hours, 1), **counts)


def answered_within(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The share answered within 24 hours."""
    day = frame[frame["within_hours"] == 24].rename(columns={"answered_within": "answered_24h"})
    return rate_sentence(day, "answered_24h", language=language)


def answered_24h(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The share answered within 24 hours."""
    return rate_sentence(frame, "answered_24h", language=language)


def unanswered_7d(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The share without an answer within a week."""
    return rate_sentence(frame, "unanswered_7d", language=language)


def unanswered(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many openers still wait, and how old the oldest is."""
    if frame.empty:
        return say("unanswered.none", language)
    days = int(frame["waiting_hours"].iloc[0] // 24)
    return say("unanswered.some", language, count=len(frame), days=days)


def inferred_links(frame: pd.DataFrame, *, language: str) -> Sentence:
    """By which rule, and where, answers are inferred; that they are estimates."""
    if frame.empty:
        return say("inferred_links.none", language)
    names = [PLATFORMS.get(one, one) for one in frame["platform"]]
    return say("inferred_links.some", language, platforms=format_list(names, locale=language))


def peer_answer_share(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the answered openers a peer answered first."""
    return rate_sentence(frame, "peer_answer_share", language=language)


def staff_share_of_voice(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the messages staff wrote."""
    return rate_sentence(frame, "staff_share_of_voice", language=language)
