"""Figures of what the data hold; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import figure
from workbench.words import month_name, percent, say


def coverage_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """How much of each month each platform covers, darker = more. `frame` as `metrics.coverage_by_month` gives it."""
    months = list(pd.date_range(frame["month"].min(), frame["month"].max(), freq="MS")) if len(frame) else []
    table = frame.pivot(index="platform", columns="month", values="covered_share").reindex(columns=months).fillna(0)
    cells = go.Heatmap(
        z=table.to_numpy(),
        x=months,
        y=[escape(str(platform), quote=False) for platform in table.index],
        colorscale=[[0, "#F3F6F8"], [0.01, "#CFE3F1"], [0.99, "#56A0D3"], [1, "#08467A"]],
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        customdata=[
            [f"{month_name(month, language)}: {percent(share, language)}" for month, share in row.items()]
            for _, row in table.iterrows()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(cells, title=title, language=language, x=say("coverage_by_month.unit", language))
    drawn.update_layout(height=150 + 40 * max(1, len(table)))
    drawn.update_xaxes(**month_ticks(months, language))
    drawn.update_yaxes(showgrid=False)
    return drawn
