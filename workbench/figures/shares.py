"""Shares side by side, each named above its bar with its counts, with its 95 % interval."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, figure, wrapped
from workbench.figures.percent import percent_ticks
from workbench.words import say

FEW = 10
LINE = 44
"""Characters that stand beside each other on a telephone; a longer label is broken between name and counts."""


def named_shares(rows: pd.DataFrame, *, title: str, x: str, language: str, colours: list[str] | None = None):
    """A bar a row, the first on top: name, value (share), numerator, denominator, low, high. A null has no bar.

    With a denominator under `FEW` the counts stand alone.
    """
    rows = rows.iloc[::-1].reset_index(drop=True)
    numbers = rows[["value", "low", "high"]].astype("float64")
    labels = [_label(row, language) for row in rows.to_dict("records")]
    bars = go.Bar(
        x=numbers["value"].fillna(0),
        y=list(range(len(rows))),
        orientation="h",
        width=0.3,
        marker_color=(colours or [BLUE] * len(rows))[::-1],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (numbers["high"] - numbers["value"]).fillna(0),
            "arrayminus": (numbers["value"] - numbers["low"]).fillna(0),
            "color": INK,
            "thickness": 1.2,
            "width": 4,
        },
        customdata=labels,
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(bars, title=title, language=language, x=x, height=130 + 55 * len(rows))
    top = numbers.max().max()
    top = 1 if pd.isna(top) else max(1.15 * top, 0.05) if top > 1 else min(1.05, max(1.15 * top, 0.05))
    drawn.update_xaxes(range=[0, top], showgrid=True, **percent_ticks(1 if top == 1.05 else top, language, most=5))
    drawn.update_yaxes(visible=False, range=[-0.4, len(rows) - 0.3])
    drawn.update_layout(hovermode="closest", margin={"l": 8})
    for place, (name, label) in enumerate(zip(rows["name"], labels, strict=True)):
        apart = "  " if len(name) + len(label) <= LINE else "<br>"
        drawn.add_annotation(
            text=f"<b>{wrapped(name)}</b>{apart}{label}",
            x=0,
            xref="paper",
            xanchor="left",
            y=place,
            yanchor="bottom",
            yshift=11,
            showarrow=False,
            align="left",
            font={"color": INK, "size": 12.5},
        )
    return drawn


def _label(row: dict, language: str) -> str:
    if pd.isna(row["value"]):
        return str(say("churns.not_known", language))
    form = "of_few" if row["denominator"] < FEW else "of"
    counts = {"numerator": row["numerator"], "denominator": row["denominator"]}
    return str(say(f"churns.{form}", language, value=row["value"], **counts))
