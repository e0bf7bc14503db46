"""Figures of churn; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, LINE, ORANGE, figure, wrapped
from workbench.figures.percent import percent_ticks
from workbench.words import say

FEW = 10


def churns(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The churns side by side, each with its counts, and its 95 % interval where it is a proportion. What is not
    known is left out: `sentences.churn_rows` tells why.

    `frame` as `metrics.churns` gives it: id, value, numerator, denominator, low, high, why.
    """
    known = frame[frame["value"].notna()]
    rows = (frame if known.empty else known).iloc[::-1].reset_index(drop=True)
    names = [say(f"{one}.name", language) for one in rows["id"]]
    bars = go.Bar(
        x=rows["value"].astype("float64").fillna(0),
        y=list(range(len(rows))),
        orientation="h",
        width=0.3,
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
    drawn = figure(bars, title=title, language=language, x=say("churns.unit", language), height=130 + 55 * len(rows))
    top = max(rows["high"].max(), rows["value"].max()) if rows["value"].notna().any() else 1
    top = max(1.15 * top, 0.05)
    drawn.update_xaxes(range=[0, top], showgrid=True, **percent_ticks(top, language, most=5))
    drawn.update_yaxes(visible=False, range=[-0.4, len(rows) - 0.3])
    drawn.update_layout(hovermode="closest", margin={"l": 8})
    for place, (name, row) in enumerate(zip(names, rows.to_dict("records"), strict=True)):
        drawn.add_annotation(
            text=f"<b>{wrapped(name)}</b>  {_value(row, language)}",
            x=0,
            xref="paper",
            xanchor="left",
            y=place,
            yanchor="bottom",
            yshift=11,
            showarrow=False,
            font={"color": INK, "size": 12.5},
        )
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
    drawn.update_xaxes(tickformat="%m/%Y", dtick="M1" if len(since) <= 8 else None, linecolor=LINE)
    return drawn
