"""A figure of the course of any one number; takes the frame of `metrics.trend`."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, figure
from workbench.figures.percent import percent_ticks
from workbench.words import month_name, number, percent, say


def trend(frame: pd.DataFrame, *, metric: str, title: str, language: str, share: bool = False) -> go.Figure:
    """A number by month, a gap where it is unknown. `share=True` for shares (0 to 1).

    `frame` as `metrics.trend` gives it: month and a column named like the metric.
    """
    write = percent if share else number
    line = go.Scatter(
        x=frame["month"],
        y=frame[metric],
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"size": 8},
        connectgaps=False,
        customdata=[
            f"{month_name(month, language)}: {write(value, language)}"
            for month, value in zip(frame["month"], frame[metric], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(line, title=title, language=language, y=say(f"{metric}.unit", language), legend=False)
    drawn.update_layout(hovermode="closest")
    drawn.update_xaxes(**month_ticks(list(frame["month"]), language))
    if share:
        top = frame[metric].max()
        drawn.update_yaxes(**percent_ticks(1 if pd.isna(top) else max(top, 0.05), language))
    return drawn
