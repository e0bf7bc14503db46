"""Figures of onboarding; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, GREY
from workbench.figures.shares import named_shares
from workbench.words import say


def onboarding(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The shares of newcomers who were welcomed, spoke and stayed, in the order in which it happens.

    What is not known is left out: `sentences.onboarding_rows` tells why.

    `frame` as `metrics.onboarding` gives it: id, value, numerator, denominator, low, high.
    """
    known = frame[frame["value"].notna()]
    rows = frame if known.empty else known
    rows = rows.assign(name=[str(say(f"{one}.name", language)) for one in rows["id"]])
    return named_shares(rows, title=title, x=say("onboarding.unit", language), language=language)


def first_reply_effect(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The shares who came back, of the newcomers who were answered within a day and of the others.

    `frame` as `metrics.first_reply_effect` gives it.
    """
    row = frame.iloc[0]
    rows = pd.DataFrame(
        {
            "name": str(say(f"first_reply_effect.{group}", language)),
            "value": row[f"{group}_share"],
            "numerator": row[f"{group}_active"],
            "denominator": row[group],
            "low": row[f"{group}_low"],
            "high": row[f"{group}_high"],
        }
        for group in ("answered", "unanswered")
    )
    unit = say("first_reply_effect.unit", language)
    return named_shares(rows, title=title, x=unit, language=language, colours=[BLUE, GREY])


def conversion(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of each step's people who took the next one. The steps that nothing is known of are left out:
    `sentences.conversion_rows` tells why.

    `frame` as `metrics.conversion` gives it: step, conversion, numerator, denominator, low, high.
    """
    steps = frame[frame["step"] != "visitors"]
    known = steps[steps["conversion"].notna()]
    rows = (steps if known.empty else known).rename(columns={"conversion": "value"})
    rows = rows.assign(name=[str(say(f"conversion.step_{one}", language)) for one in rows["step"]])
    return named_shares(rows, title=title, x=say("conversion.unit", language), language=language)
