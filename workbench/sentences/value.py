"""Sentences on what members pay; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence, money, say

MILESTONES = (24, 12, 6, 3, 1, 0)
"""Months since joining at which the value of a member is told: the highest that enough people have reached."""
ENOUGH = 30


def revenue(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Who paid, and how much; the currencies where they cannot be summed."""
    row = frame.iloc[0]
    if pd.isna(row["revenue"]):
        return _unknown("revenue", row, language)
    amount, refunds = (money(value, row["currency"], language) for value in (row["revenue"], -row["refunds"]))
    form = "refunds" if row["refunds"] else "sentence"
    return say(f"revenue.{form}", language, count=int(row["payers"]), amount=amount, refunds=refunds)


def revenue_by_month(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Revenue of the last month against the month before, with the people who paid."""
    if frame.empty or pd.isna(frame["revenue"].iloc[-1]):
        why = "why.value_no_payments" if frame.empty else frame["why"].iloc[-1]
        return say("revenue_by_month.unknown", language, why=say(why, language))
    last = frame.iloc[-1]
    values = {"month": last["month"], "now": money(last["revenue"], last["currency"], language)}
    if len(frame) < 2 or pd.isna(frame["revenue"].iloc[-2]):
        return say("revenue_by_month.first", language, **values)
    before = frame.iloc[-2]
    way = "same" if before["revenue"] == last["revenue"] else "more" if before["revenue"] < last["revenue"] else "less"
    values |= {"before": money(before["revenue"], last["currency"], language)}
    payers = {"payers": last["payers"], "payers_before": before["payers"]}
    return say(f"revenue_by_month.{way}", language, **values, **payers)


def arpu(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What a member brings in on average."""
    row = frame.iloc[0]
    if pd.isna(row["arpu"]):
        return _unknown("arpu", row, language)
    return say("arpu.sentence", language, amount=money(row["arpu"], row["currency"], language))


def paid_conversion(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many members paid for the first time."""
    row = frame.iloc[0]
    if pd.notna(row["paid_conversion"]) and row["numerator"] == 0:
        return say("paid_conversion.none", language, denominator=row["denominator"])
    return rate_sentence(frame, "paid_conversion", language=language)


def ltv_curve(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What a member has brought in at the highest age of `MILESTONES` that `ENOUGH` people, else anybody, reached."""
    known = frame[frame["value"].notna()].set_index("k")
    if known.empty:
        return _unknown("ltv_curve", frame.iloc[0], language)
    ages = [k for k in MILESTONES if k in known.index]
    k = next((k for k in ages if known["size"][k] >= ENOUGH), ages[-1])
    amount = money(known["value"][k], known["currency"][k], language)
    form = "sentence" if k else "joining"
    return say(f"ltv_curve.{form}", language, count=int(k), amount=amount, size=known["size"][k])


def _unknown(name: str, row: pd.Series, language: str) -> Sentence:
    title = say(f"{name}.name", language)
    if row["why"] == "why.value_currencies":
        return say("value.currencies", language, name=title, currencies=row["currencies"])
    return say("rate.unknown", language, name=title, why=say(row["why"], language))
