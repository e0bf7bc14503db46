"""Sentences on groups; each takes the frame of the metric of the same name."""

import pandas as pd
from babel.numbers import format_decimal

from workbench.sentences.rates import FEW
from workbench.words import Sentence, number, percent, say


def group_health(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many groups draw more people week after week, how many fewer, and how many are silent."""
    if frame.empty:
        return say("group_health.none", language)
    told = _told(frame)
    values = {name: _listed(frame.loc[which, "group_name"].tolist(), language) for name, which in told.items()}
    return say("group_health.said", language, count=len(frame), **values)


def _told(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Of which groups there is something to say."""
    return {"up": frame["trend_low"] > 0, "down": frame["trend_high"] < 0, "quiet": frame["level"].notna()}


LONGEST = 40
"""Characters of a group's name in a sentence that names several."""


def _listed(names: list[str], language: str, most: int = 3) -> str:
    if not names:
        return str(say("group_health.no_group", language))
    first = ", ".join(name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…" for name in names[:most])
    return first if len(names) <= most else str(say("group_health.more", language, first=first, more=len(names) - most))


def group_health_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The groups as rows of a table: members, active, silence, what waits, the team's minutes, the trend. First those
    of which there is something to say, then those with most members, for a long table is cut."""
    told = pd.concat(_told(frame), axis=1).fillna(False).any(axis=1)
    order = frame.assign(told=told).sort_values(["told", "members"], ascending=False, kind="stable")
    rows = list(order.itertuples())
    return pd.DataFrame(
        {
            say("group_health.group", language): [str(row.group_name) for row in rows],
            say("group_health.members", language): [number(row.members, language) for row in rows],
            say("group_health.active", language): [_active(row, language) for row in rows],
            say("group_health.silent", language): [_silent(row, language) for row in rows],
            say("group_health.unanswered", language): [_waiting(row, language) for row in rows],
            say("group_health.minutes", language): [_whole(row.owner_minutes, language) for row in rows],
            say("group_health.trend", language): [_trend(row, language) for row in rows],
        }
    )


def _active(row, language: str) -> str:
    if pd.isna(row.engagement_rate) or row.denominator < FEW:
        return number(None if pd.isna(row.active) else row.active, language)
    return f"{number(row.active, language)} ({percent(row.engagement_rate, language)})"


def _silent(row, language: str) -> str:
    days = number(None if pd.isna(row.silent_days) else row.silent_days, language)
    return f"{days} · {say(f'group_health.{row.level}', language)}" if isinstance(row.level, str) else days


def _waiting(row, language: str) -> str:
    if pd.isna(row.openers) or not row.openers:
        return "–"
    return str(say("group_health.of", language, waiting=row.unanswered, openers=row.openers))


def _whole(value, language: str) -> str:
    return number(None if pd.isna(value) else round(value), language)


def _trend(row, language: str) -> str:
    if pd.isna(row.trend):
        return "–"
    if not (row.trend or row.trend_low or row.trend_high):  # silent all the while: nothing to be unsure of
        return "0"
    return between(row.trend, row.trend_low, row.trend_high, language)


def between(value: float, low: float, high: float, language: str) -> str:
    """A change with its interval, all with their sign and one decimal."""
    signed = [format_decimal(round(float(one), 1) + 0.0, "+0.0;−0.0", locale=language) for one in (value, low, high)]
    return str(say("group_health.between", language, **dict(zip(("trend", "low", "high"), signed, strict=True))))


def freshness(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many resources are old, and of how many the age is not known."""
    if frame.empty:
        return say("freshness.none", language)
    unknown = int(frame["stale"].isna().sum())
    form = "unknown" if unknown else "said"
    values = {"unknown": unknown} if unknown else {}
    return say(f"freshness.{form}", language, count=int(frame["stale"].sum()), resources=len(frame), **values)


def freshness_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The resources as rows of a table, the longest unchanged first."""
    rows = list(frame.itertuples())
    return pd.DataFrame(
        {
            say("freshness.title", language): [str(row.title) for row in rows],
            say("group_health.group", language): [_text(row.group_name) for row in rows],
            say("freshness.changed", language): [
                None if pd.isna(row.changed_on) else row.changed_on.date() for row in rows
            ],
            say("freshness.age", language): [
                number(None if pd.isna(row.age_days) else row.age_days, language) for row in rows
            ],
            say("freshness.views", language): [
                number(None if pd.isna(row.views) else row.views, language) for row in rows
            ],
        }
    )


def pin_candidates(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many messages met enough interest to be pinned, and where most of them are."""
    if frame.empty:
        return say("pin_candidates.none", language)
    groups = frame["group_name"].fillna(frame["group_id"]).value_counts(sort=False)
    most = sorted(groups.index, key=lambda name: (-groups[name], str(name)))
    if not most:
        return say("pin_candidates.some", language, count=len(frame))
    return say("pin_candidates.where", language, count=len(frame), group=most[0], here=int(groups[most[0]]))


def pin_candidate_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The candidates as rows of a table without anybody's text: where, when, how many people."""
    rows = list(frame.itertuples())
    return pd.DataFrame(
        {
            "member_id": [row.member_id for row in rows],
            "display_name": [row.display_name for row in rows],
            say("group_health.group", language): [_text(row.group_name) for row in rows],
            say("pin_candidates.written", language): [row.written_on.date() for row in rows],
            say("pin_candidates.reacted", language): [number(row.reacted, language) for row in rows],
            say("pin_candidates.answered", language): [number(row.answered, language) for row in rows],
        }
    )


def _text(value) -> str:
    return "–" if pd.isna(value) else str(value)
