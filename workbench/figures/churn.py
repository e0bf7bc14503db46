"""Figures of churn; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, LINE, ORANGE, figure
from workbench.figures.percent import percent_ticks
from workbench.figures.shares import named_shares
from workbench.words import say

FEW = 10


def churns(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The churns side by side, each with its counts, and its 95 % interval where it is a proportion. What is not
    known is left out: `sentences.churn_rows` tells why.

    `frame` as `metrics.churns` gives it: id, value, numerator, denominator, low, high, why.
    """
    known = frame[frame["value"].notna()]
    shown = frame if known.empty else known
    return named_shares(
        shown.assign(name=[say(f"{one}.name", language) for one in shown["id"]]),
        title=title,
        x=say("churns.unit", language),
        language=language,
        colours=[ORANGE if one == "churn_activity" else BLUE for one in shown["id"]],
    )


def churn_activity_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of active people who fall silent, by month, with its 95 % interval.

    `frame` as `metrics.churn_activity_by_month` gives it: month, churn_activity, numerator, denominator, low, high.
    """
    known = frame[frame["churn_activity"].notna()]
    since = known if known.empty else frame.loc[known.index[0] :]
    top = 1.0 if known.empty else min(1.0, 1.15 * known["high"].max())
    band = go.Scatter(
        x=[*known["month"], *known["month"][::-1]],
        y=[*known["high"], *known["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor="rgba(230, 159, 0, 0.18)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    line = go.Scatter(
        x=since["month"],
        y=since["churn_activity"],
        mode="lines+markers",
        line={"color": ORANGE, "width": 2.5},
        marker={"size": 7},
        name=say("churn_activity.name", language),
        customdata=[
            say("churns.of", language, value=row.churn_activity, numerator=row.numerator, denominator=row.denominator)
            for row in since.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(
        band, line, title=title, language=language, y=say("churn_activity_by_month.unit", language), legend=False
    )
    drawn.update_yaxes(range=[0, top], **percent_ticks(top, language))
    drawn.update_xaxes(**month_ticks(list(since["month"]), language), linecolor=LINE)
    return drawn
