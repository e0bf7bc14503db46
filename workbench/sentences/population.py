"""Sentences on population and growth; each takes the frame of the metric of the same name."""

from collections.abc import Iterable

import pandas as pd

from workbench.privacy import mask
from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, catalogue, number, say

REASONS = (
    "leavers_left", "leavers_removed", "leavers_banned", "leavers_deactivated", "leavers_deleted", "leavers_unknown",
)  # fmt: skip


def members_closing(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many members the month ended with."""
    return count_sentence(frame, "members_closing", language=language)


def new_members(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many joined, and what to know about the count: a mass import first, then imputed dates."""
    row = frame.iloc[0]
    if pd.isna(row["new_members"]):
        return unknown("new_members", row["why"], language=language)
    count = int(row["new_members"])
    if not count:
        return say("new_members.none", language)
    if row["mass_import"]:
        day = {"day": row["busiest_day"], "on_one_day": row["busiest_day_joins"]}
        return say("new_members.mass_import", language, count=count, **day)
    if row["imputed"]:
        return say("new_members.imputed", language, count=count, imputed=row["imputed"])
    return say("new_members.sentence", language, count=count)


def leavers(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many left, or why that is not known."""
    row = frame.iloc[0]
    if pd.notna(row["leavers"]) and row["leavers"] == 0:
        return say("leavers.none", language)
    return count_sentence(frame, "leavers", language=language)


def leaver_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The reasons that occur, as rows of a table: reason, leavers."""
    row = frame.iloc[0]
    kept = [reason for reason in REASONS if pd.notna(row[reason]) and row[reason] > 0]
    return pd.DataFrame(
        {
            "reason": [str(say(f"leavers.{reason}", language)) for reason in kept],
            "leavers": [int(row[reason]) for reason in kept],
        }
    )


def growth_by_month(frame: pd.DataFrame, *, leaves_known: bool, language: str) -> Sentence:
    """Who came and who went in the last month; without leaves, that the number of members is too high."""
    if frame.empty:
        return say("growth_by_month.unknown", language)
    last = frame.iloc[-1]
    came = int(last["new_members"] + last["rejoined"])
    values = {"month": last["month"], "members": last["members_closing"]}
    if not leaves_known and not came:
        return say("growth_by_month.nobody", language, **values)
    if not leaves_known:
        return say("growth_by_month.joined", language, count=came, **values)
    left = int(last["leavers"] + last["undated_departures"])
    return say("growth_by_month.both", language, joined=came, left=left, **values)


def joins_by_source(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The source that brought most, of the joins whose source is known."""
    if frame.empty:
        return say("joins_by_source.none", language)
    known = frame[frame["source"] != "unknown"]
    if known.empty:
        return say("joins_by_source.unknown", language)
    first = known.iloc[0]
    return say(
        "joins_by_source.sentence",
        language,
        source=source_name(first["source"], language),
        joins=first["joins"],
        known=known["joins"].sum(),
    )


def joins_by_source_rows(frame: pd.DataFrame, *, language: str, names: Iterable[str] = ()) -> pd.DataFrame:
    """The sources as rows of a table: source, joins. What may point at somebody, and each of `names`, is masked."""
    return frame.assign(source=[mask(source_name(one, language), names=names) for one in frame["source"]])


def source_name(source: str, language: str) -> str:
    """A source in the reader's language; one that only the export knows stays as it is."""
    key = f"joins_by_source.source_{source}"
    return str(say(key, language)) if key in catalogue() else source


def referral_share(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the new members were invited by a member."""
    return rate_sentence(frame, "referral_share", language=language)


def leavers_by_tenure(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the leavers had been members for a month at most."""
    if frame["leavers"].isna().all():
        return unknown("leavers", frame["why"].iloc[0], language=language)
    dated = frame[frame["band"] != "unknown"]
    total = int(dated["leavers"].sum())
    if not total:
        return say("leavers_by_tenure.none", language)
    early = int(dated.loc[dated["band"].isin(["0-1", "2-7", "8-30"]), "leavers"].sum())
    return say("leavers_by_tenure.sentence", language, count=early, total=total)


def population_waterfall(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many people count, out of how many accounts."""
    steps = frame.set_index("step")["change"]
    return say("population_waterfall.sentence", language, count=int(steps["eligible"]), accounts=steps["accounts"])


def reconciliation(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The sum that must come out: those at the beginning, those who came, those who went, those at the end."""
    if frame.empty:
        return say("growth_by_month.unknown", language)
    row = frame.iloc[0]
    return say(
        "reconciliation.sentence",
        language,
        opening=row["members_opening"],
        came=row["new_members"] + row["rejoined"],
        went=row["leavers"] + row["undated_departures"],
        closing=row["members_closing"],
    )


def count_sentence(frame: pd.DataFrame, name: str, *, language: str) -> Sentence:
    """The text `<name>.sentence` with the count of the first row, or why it is null."""
    row = frame.iloc[0]
    if pd.isna(row[name]):
        return unknown(name, row["why"], language=language)
    return say(f"{name}.sentence", language, count=int(row[name]))


def unknown(name: str, why: str, *, language: str) -> Sentence:
    """That a number is not known, and why."""
    return say("rate.unknown", language, name=say(f"{name}.name", language), why=say(why, language))


def change_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The steps of `metrics.population_waterfall` as rows of a table: step, change with its sign, what remains."""
    changes = [
        number(change, language) if place in (0, len(frame) - 1) else f"−{number(-change, language)}" if change else "0"
        for place, change in enumerate(frame["change"])
    ]
    steps = [str(say(f"population_waterfall.{step}", language)) for step in frame["step"]]
    return pd.DataFrame({"step": steps, "change": changes, "remaining": frame["remaining"]})
