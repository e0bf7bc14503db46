"""Figures of responses; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, figure
from workbench.figures.percent import percent_ticks
from workbench.words import say

WINDOWS = {0.5: "half", 4: "four", 24: "day", 168: "week"}


def answered_within(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of openers answered within each time, with its 95 % interval.

    `frame` as `metrics.answered_within` gives it: within_hours, answered_within, numerator, denominator, low, high.
    """
    bars = go.Bar(
        x=[say(f"answered_within.{WINDOWS[hours]}", language) for hours in frame["within_hours"]],
        y=frame["answered_within"],
        marker_color=BLUE,
        name=say("answered_within.name", language),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - frame["answered_within"],
            "arrayminus": frame["answered_within"] - frame["low"],
            "color": INK,
            "thickness": 1.2,
        },
        customdata=[
            say("churns.of", language, value=row.answered_within, numerator=row.numerator, denominator=row.denominator)
            for row in frame.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(bars, title=title, language=language, y=say("answered_within.unit", language))
    drawn.update_yaxes(range=[0, 1], **percent_ticks(1, language))
    return drawn
