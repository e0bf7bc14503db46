"""Figures of concentration; each takes the frame of the metric of the same name."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, GREY, VERMILION, figure
from workbench.figures.percent import percent_ticks
from workbench.words import percent, say


def lorenz(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The Lorenz curve of `metrics.lorenz`, with what the most active 5 % and 10 % of the members made."""
    x = np.concatenate([[0], frame["people_share"]])
    y = np.concatenate([[0], frame["contributions_share"].fillna(0)])
    even = go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "width": 1, "dash": "dot"},
        name=say("lorenz.equal", language), hoverinfo="skip",
    )  # fmt: skip
    curve = go.Scatter(
        x=x, y=y, mode="lines", line={"color": BLUE, "width": 2.5}, fill="tozeroy", fillcolor="rgba(0,114,178,0.10)",
        name=say("lorenz.name", language), hovertemplate="%{customdata}<extra></extra>",
        customdata=[f"{percent(one, language)} · {percent(made, language)}" for one, made in zip(x, y, strict=True)],
    )  # fmt: skip
    shares, n = np.array([0.05, 0.10]), max(int(frame["members"].sum()), 1)
    places = 1 - np.ceil((shares * n).round(6)) / n  # whole people, as hem_share counts them
    below = np.interp(places, x, y)
    said = [
        say("lorenz.point", language, share=float(100 * share), made=float(1 - made))
        for share, made in zip(shares, below, strict=True)
    ]
    points = go.Scatter(
        x=places, y=below, mode="markers", marker={"color": VERMILION, "size": 9}, text=said,
        hovertemplate="%{text}<extra></extra>", showlegend=False,
    )  # fmt: skip
    drawn = figure(
        even, curve, points, title=title, language=language, x=say("lorenz.x", language), y=say("lorenz.y", language),
        height=400,
    )  # fmt: skip
    for (place, made), text, up in zip(zip(places, below, strict=True), said, (-44, -14), strict=True):
        drawn.add_annotation(
            x=place,
            y=made,
            text=text,
            showarrow=True,
            font={"size": 12},
            arrowhead=0,
            arrowcolor=GREY,
            ax=-28,
            ay=up,
            xanchor="right",
        )
    drawn.update_layout(hovermode="closest")
    drawn.update_xaxes(range=[0, 1.01], **percent_ticks(1, language))
    drawn.update_yaxes(range=[0, 1.02], **percent_ticks(1, language))
    return drawn


def hem_share(history: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of the most active 10 % by month; `history` is the `metrics.trend` of `hem_share_10`."""
    history = history.loc[history["hem_share_10"].first_valid_index() :]
    line = go.Scatter(
        x=history["month"], y=history["hem_share_10"], mode="lines+markers", line={"color": BLUE, "width": 2.5},
        name=say("hem_share.name", language), hovertemplate="%{customdata}<extra></extra>",
        customdata=[percent(share, language) for share in history["hem_share_10"]],
    )  # fmt: skip
    drawn = figure(line, title=title, language=language, y=say("hem_share.unit", language), height=280)
    drawn.update_yaxes(range=[0, 1.02], **percent_ticks(1, language))
    drawn.update_xaxes(**month_ticks(list(history["month"]), language))
    return drawn
