"""Figures of population and growth; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, GREY, INK, ORANGE, figure, whole_ticks
from workbench.words import catalogue, month_name, number, say


def growth_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Who came above the line, who went below it, month by month.

    `frame` as `metrics.growth_by_month` gives it: month, new_members, rejoined, leavers, undated_departures.
    """
    months = [month_name(month, language) for month in frame["month"]]
    came = frame["new_members"] + frame["rejoined"]
    went = frame["leavers"] + frame["undated_departures"]
    bars = [
        go.Bar(
            x=frame["month"],
            y=sign * count,
            name=say(f"growth_by_month.{key}", language),
            marker_color=colour,
            customdata=[
                f"{month}: {number(n, language)} {say(f'growth_by_month.{key}', language)}"
                for month, n in zip(months, count, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for key, count, sign, colour in (("came", came, 1, BLUE), ("went", went, -1, ORANGE))
        if key == "came" or went.sum()
    ]
    drawn = figure(*bars, title=title, language=language, y=say("growth_by_month.unit", language))
    drawn.update_layout(barmode="relative", hovermode="closest")
    drawn.update_xaxes(**month_ticks(list(frame["month"]), language))
    drawn.update_yaxes(zeroline=True, zerolinecolor=INK, **whole_ticks([*came.dropna(), *went.dropna()]))
    return drawn


def population_waterfall(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """From accounts to people who count, a bar a step, the label with its number.

    `frame` as `metrics.population_waterfall` gives it: step, change, remaining. Steps that take nothing away are left
    out.
    """
    last = len(frame) - 1
    rows = frame[(frame["change"] != 0) | frame.index.isin([0, last])].iloc[::-1]
    whole = rows["step"].isin(["accounts", "eligible"])
    labels = [
        number(row.change, language) if row.change >= 0 else f"−{number(-row.change, language)}"
        for row in rows.itertuples()
    ]
    bars = go.Bar(
        y=[str(say(f"population_waterfall.{step}", language)) for step in rows["step"]],
        x=rows["change"].abs(),
        base=[0 if one else row for one, row in zip(whole, rows["remaining"], strict=True)],
        orientation="h",
        marker_color=[BLUE if one else GREY for one in whole],
        text=labels,
        textposition="outside",
        textfont={"color": INK},
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = figure(bars, title=title, language=language, x=say("population_waterfall.unit", language))
    # The labels stand in the margin, which keeps its width on a phone.
    drawn.update_layout(height=120 + 42 * len(rows), hovermode=False, margin={"r": 64})
    drawn.update_xaxes(range=[0, max(1, frame["remaining"].max())], nticks=4)
    return drawn


def leavers_by_tenure(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """How long leavers had been members, a bar a band. `frame` as `metrics.leavers_by_tenure` gives it."""
    names = [
        str(say("leavers_by_tenure.band_unknown", language)) if band == "unknown" else band.replace("-", "–")
        for band in frame["band"]
    ]
    bars = go.Bar(
        x=names,
        y=frame["leavers"],
        marker_color=[GREY if band == "unknown" else ORANGE for band in frame["band"]],
        text=[number(count, language) if count else "" for count in frame["leavers"].fillna(0)],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = figure(
        bars,
        title=title,
        language=language,
        x=say("leavers_by_tenure.axis", language),
        y=say("leavers_by_tenure.unit", language),
    )
    drawn.update_xaxes(type="category")
    return drawn


def joins_by_source(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """New members by source, the largest on top. `frame` as `metrics.joins_by_source` gives it."""
    rows = frame.iloc[::-1]
    names = [
        str(say(f"joins_by_source.source_{one}", language)) if f"joins_by_source.source_{one}" in catalogue() else one
        for one in rows["source"]
    ]
    bars = go.Bar(
        y=[escape(name, quote=False) for name in names],
        x=rows["joins"],
        orientation="h",
        marker_color=[GREY if one == "unknown" else BLUE for one in rows["source"]],
        text=[number(count, language) for count in rows["joins"]],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawn = figure(bars, title=title, language=language, x=say("joins_by_source.unit", language))
    drawn.update_layout(height=130 + 38 * len(rows), hovermode=False)
    return drawn
