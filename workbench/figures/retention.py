"""Figures of retention; each takes the frame of the metric of the same name."""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from workbench.figures.house import BLUE, figure
from workbench.figures.percent import percent_ticks
from workbench.words import number, say

# One hue from light to dark: it holds in grey print, and every kind of colour sight tells its steps apart. Nobody (0)
# is a tint, so that it differs from a blank cell, which is not known.
STEPS = [[0.0, "#E6EFF6"], [0.25, "#B0D0E6"], [0.5, "#65A3CC"], [0.75, "#1F6FA8"], [1.0, "#08306B"]]
FEW = 10  # as on the page: a share of fewer people is no course
MOST_NUMBERED = 12
"""With more cohorts or months than this, numbers in the cells could not be read on a telephone."""


def retention_cohort(frame: pd.DataFrame, *, title: str, language: str, first_contribution: bool = False) -> go.Figure:
    """Cohorts as rows, months since joining as columns, the share active as colour, and as number while it is readable.

    `frame` as `metrics.retention_cohort` gives it: cohort, k, active, size, value. Cells not known are blank. The
    colours reach from 0 to the highest share after the month of joining, so that differences between months show; of
    cohorts of 10 people or more, where there are any: of one person, everybody is soon active.
    """
    values = frame.pivot(index="cohort", columns="k", values="value").sort_index().astype("float64")
    sizes = frame.groupby("cohort")["size"].first()
    numbers = max(values.shape, default=0) <= MOST_NUMBERED
    large = sizes >= FEW
    after = values.loc[large if large.any() else sizes.index, [k for k in values.columns if k > 0]].max().max()
    top = 1.0 if pd.isna(after) or not after else min(1.0, after)
    heat = go.Heatmap(
        z=values.to_numpy(),
        x=[str(k) for k in values.columns],
        y=[f"{format_date(cohort, 'MMM y', locale=language)} ({number(n, language)})" for cohort, n in sizes.items()],
        text=[[_whole(value) for value in row] for row in values.to_numpy()] if numbers else None,
        texttemplate="%{text}" if numbers else None,
        customdata=_hover(frame, language),
        hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
        hoverongaps=False,
        colorscale=STEPS,
        zmin=0,
        zmax=top,
        xgap=1,
        ygap=1,
        showscale=not numbers,
        colorbar={"thickness": 8, "outlinewidth": 0, "len": 1, "xpad": 4} | percent_ticks(top, language),
    )
    below = say("retention_cohort.k_first" if first_contribution else "retention_cohort.k", language)
    if numbers:
        below += " · " + say("retention_cohort.numbers", language)
    row_height = 26 if len(values) <= 24 else 13
    drawn = figure(
        heat, title=title, language=language, x=below, height=min(130 + row_height * max(len(values), 3), 900)
    )
    drawn.update_yaxes(type="category", autorange="reversed", rangemode="normal", showgrid=False)
    drawn.update_xaxes(type="category", nticks=13)
    if len(values) > 24:
        drawn.update_yaxes(tickfont={"size": 11}, nticks=20)
    return drawn


def _whole(value: float) -> str:
    return "" if pd.isna(value) else f"{100 * value:.0f}"


def _hover(frame: pd.DataFrame, language: str) -> list[list[str]]:
    """What each cell says when it is pointed at."""
    rows = frame.sort_values(["cohort", "k"])
    said = [
        "" if pd.isna(active) else str(say("retention_cohort.hover", language, k=k, active=active, size=size))
        for k, active, size in zip(rows["k"], rows["active"], rows["size"], strict=True)
    ]
    ends = [0, *rows.groupby("cohort").size().cumsum()]
    return [said[start:end] for start, end in pairwise(ends)]


def retention_curve(frame: pd.DataFrame, *, title: str, language: str, first_contribution: bool = False) -> go.Figure:
    """The share active by months since joining, all cohorts together, with its 95 % interval.

    `frame` as `metrics.retention_curve` gives it: k, active, size, value, low, high, cohorts. Months that fewer than 10
    people have reached are drawn only where there are no others.
    """
    enough = frame[frame["size"] >= FEW]
    frame = frame if enough.empty else enough
    band = go.Scatter(
        x=[*frame["k"], *frame["k"][::-1]],
        y=[*frame["high"], *frame["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor="rgba(0, 114, 178, 0.15)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    line = go.Scatter(
        x=frame["k"],
        y=frame["value"],
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"size": 7},
        name=say("retention_curve.name", language),
        customdata=[
            str(say("churns.of", language, value=value, numerator=active, denominator=size))
            for value, active, size in zip(frame["value"], frame["active"], frame["size"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    below = say("retention_cohort.k_first" if first_contribution else "retention_cohort.k", language)
    drawn = figure(
        band, line, title=title, language=language, x=below, y=say("retention_curve.unit", language), legend=False
    )
    top = min(1.0, 1.1 * frame["high"].max()) if len(frame) else 1.0
    drawn.update_yaxes(range=[0, top], **percent_ticks(top, language))
    drawn.update_xaxes(dtick=1 if len(frame) <= 13 else 6, rangemode="tozero")
    return drawn
