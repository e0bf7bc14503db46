"""Figures of dialogue; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go
from babel.dates import format_date

from workbench.figures.house import BLUE, figure, shortened
from workbench.words import number, say

HOUR = 60  # minutes; a group-week at or over it is as dark as can be


def owner_effort(frame: pd.DataFrame, *, title: str, language: str, groups: int = 20) -> go.Figure:
    """Minutes a week that owners and the team were seen in each group; the first groups by name.

    `frame` as `metrics.owner_effort` gives it: group_id, group_name, week, minutes, partial. A week that the data cover
    in part bears an asterisk.
    """
    first = frame[frame["group_id"].isin(frame["group_id"].drop_duplicates().head(groups))]
    weeks = sorted(first["week"].unique())
    names = first.drop_duplicates("group_id").set_index("group_id")["group_name"]
    minutes = first.pivot(index="group_id", columns="week", values="minutes").reindex(index=names.index, columns=weeks)
    minutes = minutes.astype(float).round(3)  # sums of fractions differ in the last digit from run to run
    partial = first.groupby("week")["partial"].any() if len(first) else {}
    heat = go.Heatmap(
        z=minutes.iloc[::-1],
        x=[format_date(pd.Timestamp(week), "d MMM", locale=language) + "*" * bool(partial[week]) for week in weeks],
        y=list(range(len(names))),
        text=[
            ["" if pd.isna(cell) else number(round(cell), language) for cell in row]
            for row in minutes.iloc[::-1].to_numpy()
        ],
        texttemplate="%{text}",
        customdata=[
            [
                ""
                if pd.isna(cell)
                else say("owner_effort.hover", language, group=escape(str(name)), week=week, minutes=round(cell))
                for week, cell in zip(weeks, row, strict=True)
            ]
            for name, row in zip(names[::-1], minutes.iloc[::-1].to_numpy(), strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=[[0, "#F7FAFC"], [1, BLUE]],
        zmin=0,
        zmax=HOUR,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    axis = say("owner_effort.week", language)
    drawn = figure(heat, title=title, language=language, x=axis, height=150 + 28 * max(len(names), 1))
    drawn.update_layout(hovermode="closest", margin={"l": 110})
    drawn.update_xaxes(type="category")
    shown = {"tickvals": list(range(len(names))), "ticktext": [shortened(name) for name in names[::-1]]}
    drawn.update_yaxes(showgrid=False, tickmode="array", rangemode="normal", **shown)
    return drawn
