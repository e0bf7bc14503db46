"""Figures of activity; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, figure
from workbench.words import say


def mau_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Monthly active users over time; `frame` as `metrics.mau_by_month` gives it (month, mau)."""
    bars = go.Bar(x=frame["month"], y=frame["mau"], name=say("mau.name", language), marker_color=BLUE)
    return figure(bars, title=title, language=language, y=say("mau.unit", language))
