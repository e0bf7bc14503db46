"""Figures of the audience; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import COLOURS, figure, shortened, wrapped
from workbench.figures.percent import percent_ticks
from workbench.words import number, percent, say
from workbench.words.names import named

PALE = "#CBD2D9"


def audience_by_group(frame: pd.DataFrame, *, title: str, language: str, by: str = "language") -> go.Figure:
    """What the members of each group declare, as shares of the group; what is hidden stays white.

    `frame` as `metrics.audience_by_group` gives it: group_id, group_name, form, value, members, group_members, share.
    Six values have a colour of their own.
    """
    order = frame.drop_duplicates("group_id").iloc[::-1]
    place = {group: number for number, group in enumerate(order["group_id"])}
    cells = frame[frame["members"].notna()]
    bars = []
    for key, rows in cells.groupby(["form", "value"], sort=False, dropna=False):
        form, value = key
        name = named(value, by, language) if form == "value" else str(say(f"audience.{form}", language))
        bars.append(
            go.Bar(
                x=rows["share"].astype("float64"),
                y=[place[group] for group in rows["group_id"]],
                orientation="h",
                width=0.7,
                name=wrapped(name),
                marker_color=COLOURS[len(bars)] if form == "value" and len(bars) < 6 else PALE,
                customdata=[
                    f"{wrapped(str(row.group_name))} · {wrapped(name)}: {number(row.members, language)} "
                    f"({percent(float(row.share), language)})"
                    for row in rows.itertuples()
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    axis = str(say("audience_by_group.unit", language))
    drawn = figure(*bars, title=title, language=language, x=axis, height=150 + 28 * max(len(order), 1), legend=True)
    drawn.update_layout(barmode="stack", hovermode="closest", margin={"l": 110}, legend={"traceorder": "normal"})
    drawn.update_xaxes(range=[0, 1], showgrid=True, **percent_ticks(1, language, most=5))
    drawn.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(order))),
        ticktext=[shortened(name) for name in order["group_name"]],
        range=[-0.6, len(order) - 0.4],
        showgrid=False,
    )
    return drawn
