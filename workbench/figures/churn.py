"""Figures of churn; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, LINE, ORANGE, figure, wrapped
from workbench.words import say

FEW = 10


def churns(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The churns side by side, each with its counts, its 95 % interval where it is a proportion, and what it hides.

    `frame` as `metrics.churns` gives it: id, value, numerator, denominator, low, high, why.
    """
    rows = frame.iloc[::-1].reset_index(drop=True)
    names = [say(f"{one}.name", language) for one in rows["id"]]
    known = rows["value"].astype("float64").fillna(0)
    bars = go.Bar(
        x=known,
        y=list(range(len(rows))),
        orientation="h",
        width=0.34,
        marker_color=[ORANGE if one == "churn_activity" else BLUE for one in rows["id"]],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["value"]).fillna(0),
            "arrayminus": (rows["value"] - rows["low"]).fillna(0),
            "color": INK,
            "thickness": 1.2,
            "width": 4,
        },
        customdata=[_value(row, language) for _, row in rows.iterrows()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(bars, title=title, language=language, x=say("churns.unit", language), height=420)
    top = max(rows["high"].max(), rows["value"].max()) if rows["value"].notna().any() else 1
    drawn.update_xaxes(tickformat=".0%", range=[0, max(1.15 * top, 0.05)], showgrid=True)
    drawn.update_yaxes(visible=False, range=[-0.6, len(rows) - 0.3])
    drawn.update_layout(hovermode="closest", margin={"l": 12})
    for place, (name, row) in enumerate(zip(names, rows.to_dict("records"), strict=True)):
        label = f"<b>{wrapped(name)}</b>  {_value(row, language)}"
        hides = wrapped(say(f"{row['id']}.hides", language), 90)
        common = {"x": 0, "xref": "paper", "y": place, "xanchor": "left", "showarrow": False, "align": "left"}
        drawn.add_annotation(**common, text=label, yshift=26, font={"color": INK, "size": 13})
        drawn.add_annotation(**common, text=hides, yshift=-22, font={"size": 11})
    return drawn


def _value(row, language: str) -> str:
    if pd.isna(row["value"]):
        return say("churns.not_known", language)
    form = "of_few" if row["denominator"] < FEW else "of"
    numbers = {"value": row["value"], "numerator": row["numerator"], "denominator": row["denominator"]}
    return say(f"churns.{form}", language, **numbers)


def churn_activity_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of active people who fall silent, by month, with its 95 % interval.

    `frame` as `metrics.churn_activity_by_month` gives it: month, churn_activity, numerator, denominator, low, high.
    """
    band = go.Scatter(
        x=[*frame["month"], *frame["month"][::-1]],
        y=[*frame["high"].ffill().bfill(), *frame["low"].ffill().bfill()[::-1]],
        fill="toself",
        fillcolor="rgba(230, 159, 0, 0.18)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    known = frame[frame["churn_activity"].notna()]
    line = go.Scatter(
        x=frame["month"],
        y=frame["churn_activity"],
        mode="lines+markers",
        line={"color": ORANGE, "width": 2.5},
        marker={"size": 7},
        name=say("churn_activity.name", language),
        customdata=[
            say("churns.of", language, value=row.churn_activity, numerator=row.numerator, denominator=row.denominator)
            for row in frame.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(band, line, title=title, language=language, y=say("churn_activity.unit", language), legend=False)
    drawn.data[0].x = [*known["month"], *known["month"][::-1]]
    drawn.data[0].y = [*known["high"], *known["low"][::-1]]
    drawn.update_yaxes(tickformat=".0%", range=[0, 1])
    drawn.update_xaxes(tickformat="%m/%Y", dtick="M1" if len(frame) <= 8 else None, linecolor=LINE)
    return drawn
