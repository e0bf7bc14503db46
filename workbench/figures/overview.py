"""The front page's figure: a few numbers over the last months, one above the other."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, COLOURS, INK, LINE, figure, whole_ticks
from workbench.figures.percent import percent_ticks
from workbench.words import number, percent, say

HEIGHT = 118  # of one panel, in pixels


def at_a_glance(
    trends: Mapping[str, pd.DataFrame], *, title: str, language: str, shares: tuple[str, ...] = ()
) -> go.Figure:
    """Numbers by month, each in a panel of its own with its name above.

    `trends` maps the id of a metric to its `metrics.trend` (month, a column named like the metric); `shares` are those
    to be written as per cent. Months without a number leave a gap.
    """
    panels = list(trends.items())
    began = min((frame.loc[frame[metric].notna(), "month"].min() for metric, frame in panels), default=None)
    panels = [(metric, frame[frame["month"] >= began] if pd.notna(began) else frame) for metric, frame in panels]
    lines = []
    for place, (metric, frame) in enumerate(panels, 1):
        write = percent if metric in shares else number
        lines.append(
            go.Scatter(
                x=frame["month"], y=frame[metric], mode="lines+markers", yaxis=f"y{place}",
                line={"color": COLOURS[0] if place == 1 else BLUE, "width": 2.2}, marker={"size": 5},
                name=say(f"{metric}.name", language), hovertemplate="%{customdata}<extra></extra>",
                customdata=[write(value, language) for value in frame[metric].astype("Float64").astype("float64")],
            )
        )  # fmt: skip
    drawn = figure(*lines, title=title, language=language, height=96 + HEIGHT * max(len(panels), 1), legend=False)
    room = 1 / max(len(panels), 1)
    for place, (metric, frame) in enumerate(panels, 1):
        top = 1 - (place - 1) * room
        axis = {"domain": [top - 0.68 * room, top - 0.16 * room], "rangemode": "tozero", "nticks": 3, "gridcolor": LINE}
        axis |= {"zerolinecolor": LINE, "automargin": True}
        highest = frame[metric].max() if frame[metric].notna().any() else 1
        if metric in shares:
            axis |= percent_ticks(max(highest, 0.05), language, most=3)
        else:
            axis |= {"separatethousands": True} | whole_ticks([highest], most=2)
        drawn.update_layout({f"yaxis{'' if place == 1 else place}": axis})
        drawn.add_annotation(
            text=say(f"{metric}.name", language), x=0, y=top - 0.02 * room, xref="paper", yref="paper", showarrow=False,
            xanchor="left", yanchor="top", font={"size": 13, "color": INK},
        )  # fmt: skip
        known = frame[frame[metric].notna()].tail(1)
        for row in known.itertuples():
            value = getattr(row, metric)
            text = say("glance.share" if metric in shares else "glance.number", language, value=float(value))
            drawn.add_annotation(
                text=f"<b>{text}</b>", x=row.month, y=value, yref=f"y{place if place > 1 else ''}", showarrow=False,
                xanchor="right", yshift=13, font={"size": 12, "color": INK},
            )  # fmt: skip
    anchored = f"y{len(panels)}" if len(panels) > 1 else "y"
    months = panels[0][1]["month"] if panels else []
    drawn.update_xaxes(**month_ticks(list(months), language), anchor=anchored, showline=True)
    drawn.update_layout(margin={"t": 56, "b": 36})
    return drawn
