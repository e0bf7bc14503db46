"""Sentences on programmes; each takes the frame of the metric of the same name."""

from collections.abc import Iterable

import pandas as pd

from workbench.privacy import mask
from workbench.sentences.groups import between
from workbench.words import Sentence, number, say


def programmes(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many programmes the log of the month holds, and how many people the typical one drew."""
    if frame.empty:
        return say("programmes.none", language)
    known = frame["participants"].dropna()
    if known.empty:
        return say("programmes.unknown", language, count=len(frame))
    return say("programmes.said", language, count=len(frame), known=len(known), people=float(known.median()))


def programme_rows(frame: pd.DataFrame, *, language: str, names: Iterable[str] = ()) -> pd.DataFrame:
    """The programmes as rows of a table: when, what, where, how many took part, whether a conversation followed.

    Of the note everything that may point at somebody, and each of `names`, is masked.
    """
    rows = list(frame.itertuples())
    return pd.DataFrame(
        {
            say("programmes.noted", language): [row.noted_at_local.date() for row in rows],
            say("programmes.kind", language): [str(say(f"programmes.{row.kind}", language)) for row in rows],
            say("group_health.group", language): [
                "–" if pd.isna(row.group_name) else str(row.group_name) for row in rows
            ],
            say("programmes.note", language): [mask(row.note, names=names) or "–" for row in rows],
            say("programmes.participants", language): [_people(row, language) for row in rows],
            say("programmes.follow_up", language): [_yes(row.follow_up, language) for row in rows],
        }
    )


def _people(row, language: str) -> str:
    if pd.isna(row.participants):
        return "–"
    people = number(row.participants, language)
    return f"{people} ({say(f'programmes.by_{row.known_by}', language)})" if isinstance(row.known_by, str) else people


def _yes(value, language: str) -> str:
    return "–" if pd.isna(value) else str(say("show.yes" if value else "show.no", language))


def programme_effect(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether those who took part contributed more afterwards than others alike, for the kind with most of them."""
    known = frame[frame["programme_effect"].notna()]
    if known.empty:
        # The reason of the kind that came nearest to an effect.
        why = frame.sort_values(["participants", "entries"], ascending=False, kind="stable")["why"].iloc[0]
        return say("rate.unknown", language, name=say("programme_effect.name", language), why=say(why, language))
    row = known.loc[known["participants"].idxmax()]
    form = "more" if row["low"] > 0 else "less" if row["high"] < 0 else "same"
    ends = sorted((abs(row["low"]), abs(row["high"]))) if form == "less" else (row["low"], row["high"])
    values = {"low": round(ends[0], 1), "high": round(ends[1], 1)}
    if form != "same":
        values["effect"] = round(abs(row["programme_effect"]), 1)
    kind = say(f"programmes.after_{row['kind']}", language)
    return say(f"programme_effect.{form}", language, count=int(row["participants"]), kind=kind, **values)


def programme_effect_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The kinds that the log holds as rows of a table: entries, participants, effect or why there is none."""
    rows = [row for row in frame.itertuples() if row.entries]
    return pd.DataFrame(
        {
            say("programmes.kind", language): [str(say(f"programmes.{row.kind}", language)) for row in rows],
            say("programme_effect.entries", language): [number(row.entries, language) for row in rows],
            say("programmes.participants", language): [number(row.participants, language) for row in rows],
            say("programme_effect.followed", language): [
                str(say("group_health.of", language, waiting=row.followed, openers=row.follow_up_known))
                if row.follow_up_known
                else "–"
                for row in rows
            ],
            say("programme_effect.effect", language): [_effect(row, language) for row in rows],
        }
    )


def _effect(row, language: str) -> str:
    if pd.isna(row.programme_effect):
        return str(say(row.why, language))
    return between(row.programme_effect, row.low, row.high, language)
