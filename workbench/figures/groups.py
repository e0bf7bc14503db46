"""Figures of groups; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, GREY, INK, VERMILION, figure, shortened
from workbench.words import number, say


def group_health(frame: pd.DataFrame, *, title: str, language: str, groups: int = 30) -> go.Figure:
    """By how many the people active a week change in four weeks, group by group in order of their names, with the 95 %
    interval: blue where it lies above nought, red where below. Of more than `groups`, those with most active people.

    `frame` as `metrics.group_health` gives it: group_id, group_name, trend, trend_low, trend_high, active, members.
    """
    largest = frame.sort_values("active", ascending=False, kind="stable").head(groups).index
    rows = frame.loc[frame.index.isin(largest), ["group_name", "trend", "trend_low", "trend_high"]]
    rows = rows.iloc[::-1].reset_index(drop=True)
    axis = str(say("group_health.axis", language))
    if len(rows) < len(frame):
        axis += " · " + say("figure.shown", language, shown=len(rows), count=len(frame))
    colours = [
        BLUE if low > 0 else VERMILION if high < 0 else GREY
        for low, high in zip(rows["trend_low"], rows["trend_high"], strict=True)
    ]
    return intervals(
        rows.rename(columns={"group_name": "name", "trend": "value", "trend_low": "low", "trend_high": "high"}),
        colours=colours,
        title=title,
        x=axis,
        language=language,
    )


def intervals(rows: pd.DataFrame, *, colours: list[str], title: str, x: str, language: str) -> go.Figure:
    """A dot with its interval a row, from below: name, value, low, high (null has none), about a line at nought."""
    known = rows["value"].notna()
    dots = go.Scatter(
        x=rows["value"].where(known),
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 10, "color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["value"]).fillna(0),
            "arrayminus": (rows["value"] - rows["low"]).fillna(0),
            "color": INK,
            "thickness": 1.2,
            "width": 4,
        },
        customdata=[
            f"{escape(str(name))}: {_signed(value, language)}"
            for name, value in zip(rows["name"], rows["value"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(dots, title=title, language=language, x=x, height=130 + 30 * max(len(rows), 1))
    drawn.update_layout(hovermode="closest", margin={"l": 110})
    drawn.update_xaxes(showgrid=True, zeroline=True, zerolinecolor=INK)
    drawn.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[shortened(name) for name in rows["name"]],
        tickfont={"color": INK},
        range=[-0.6, len(rows) - 0.4],
        showgrid=False,
    )
    return drawn


def _signed(value, language: str) -> str:
    if pd.isna(value):
        return "–"
    value = round(float(value), 1) + 0.0
    return ("+" if value > 0 else "") + number(value, language)
