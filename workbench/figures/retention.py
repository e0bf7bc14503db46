"""Figures of retention; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, figure
from workbench.words import month_name, number, percent, say

# One hue from light to dark: it holds in grey print, and every kind of colour sight tells its steps apart.
STEPS = [[0.0, "#F4F8FB"], [0.25, "#B9D7EA"], [0.5, "#6AA9D0"], [0.75, "#1F78B4"], [1.0, "#08306B"]]
ROWS_WITH_NUMBERS = 15
COLUMNS_WITH_NUMBERS = 13


def retention_cohort(frame: pd.DataFrame, *, title: str, language: str, first_contribution: bool = False) -> go.Figure:
    """Cohorts as rows, months since joining as columns, the share active as colour, and as number while it is readable.

    `frame` as `metrics.retention_cohort` gives it: cohort, k, active, size, value. Cells not known are blank. The
    colours reach from 0 to the highest share after the month of joining, so that differences between months show.
    """
    values = frame.pivot(index="cohort", columns="k", values="value").sort_index(ascending=False).astype("float64")
    actives = frame.pivot(index="cohort", columns="k", values="active").reindex_like(values)
    sizes = frame.groupby("cohort")["size"].first().reindex(values.index)
    labels = [f"{month_name(cohort, language)} ({number(size, language)})" for cohort, size in sizes.items()]
    after = values.loc[:, [k for k in values.columns if k > 0]].max().max()
    hover = [
        [
            "" if pd.isna(active) else say("retention_cohort.hover", language, k=k, active=active, size=size)
            for k, active in row.items()
        ]
        for (_, row), size in zip(actives.iterrows(), sizes, strict=True)
    ]
    numbers = len(values) <= ROWS_WITH_NUMBERS and values.shape[1] <= COLUMNS_WITH_NUMBERS
    heat = go.Heatmap(
        z=values.to_numpy(),
        x=[str(k) for k in values.columns],
        y=labels,
        text=[[_written(value, language) for value in row] for row in values.to_numpy()] if numbers else None,
        texttemplate="%{text}" if numbers else None,
        customdata=hover,
        hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
        hoverongaps=False,
        colorscale=STEPS,
        zmin=0,
        zmax=1 if pd.isna(after) or not after else min(1.0, after),
        xgap=1,
        ygap=1,
        colorbar={"tickformat": ".0%", "thickness": 10, "outlinewidth": 0, "len": 0.9},
    )
    k_title = say("retention_cohort.k_first" if first_contribution else "retention_cohort.k", language)
    tall = 150 + max(24 if numbers else 13, 26 - len(values) // 4) * max(len(values), 3)
    drawn = figure(heat, title=title, language=language, x=k_title, height=min(tall, 900))
    drawn.update_yaxes(autorange="reversed", rangemode="normal", showgrid=False, type="category")
    drawn.update_xaxes(type="category", showgrid=False, nticks=14)
    if len(values) > 24:
        drawn.update_yaxes(tickfont={"size": 10}, nticks=24)
    return drawn


def retention_curve(frame: pd.DataFrame, *, title: str, language: str, first_contribution: bool = False) -> go.Figure:
    """The share active by months since joining, all cohorts together, with its 95 % interval.

    `frame` as `metrics.retention_curve` gives it: k, active, size, value, low, high, cohorts.
    """
    band = go.Scatter(
        x=[*frame["k"], *frame["k"][::-1]],
        y=[*frame["high"], *frame["low"][::-1]],
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
            say("churns.of", language, value=row.value, numerator=row.active, denominator=row.size_)
            for row in frame.rename(columns={"size": "size_"}).itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    k_title = say("retention_cohort.k_first" if first_contribution else "retention_cohort.k", language)
    drawn = figure(
        band, line, title=title, language=language, x=k_title, y=say("retention_curve.unit", language), legend=False
    )
    drawn.update_yaxes(tickformat=".0%", range=[0, min(1.0, 1.1 * frame["high"].max()) if len(frame) else 1])
    drawn.update_xaxes(dtick=1 if len(frame) <= 13 else 6, rangemode="tozero")
    return drawn


def _written(value: float, language: str) -> str:
    return "" if pd.isna(value) else percent(round(value, 2), language)
