"""Figures of satisfaction; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, LINE, ORANGE, figure
from workbench.figures.percent import percent_ticks
from workbench.words import number, percent, say


def nps(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Detractors, passives and promoters as parts of one bar; `frame` as `metrics.nps` gives it."""
    row = frame.iloc[0]
    answers = max(int(row["denominator"]), 1)
    parts = (("detractors", ORANGE), ("passives", LINE), ("promoters", BLUE))
    bars = [
        go.Bar(
            x=[row[part] / answers],
            y=[""],
            orientation="h",
            marker_color=colour,
            name=say(f"nps.{part}", language),
            text=[number(row[part], language)],
            textposition="inside",
            customdata=[percent(row[part] / answers, language)],
            hovertemplate="%{customdata}",
        )
        for part, colour in parts
    ]
    drawn = figure(*bars, title=title, language=language, x=say("nps.answers", language), height=220)
    drawn.update_layout(barmode="stack", hovermode="closest", legend={"traceorder": "normal"})
    drawn.update_xaxes(range=[0, 1], **percent_ticks(1, language))
    return drawn
