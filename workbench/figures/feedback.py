"""Figures of feedback themes."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, figure, wrapped
from workbench.words import number, say


def themes(frame: pd.DataFrame, *, title: str, language: str, most: int = 12) -> go.Figure:
    """The month's most frequent themes as bars, with their mean of the months before as a mark.

    `frame` as `models.theme_table` gives it: label, items, mean_before, authors.
    """
    top = frame.head(most).iloc[::-1]
    places = list(range(len(top)))
    bars = go.Bar(
        x=top["items"],
        y=places,
        orientation="h",
        name=say("themes.this_month", language),
        marker_color=BLUE,
        width=0.42,
        customdata=[
            f"{number(row.items, language)} · {number(row.authors, language)} {say('column.authors', language)}"
            for row in top[["items", "authors"]].itertuples(index=False)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    marks = go.Scatter(
        x=top["mean_before"],
        y=places,
        mode="markers",
        name=say("themes.before", language),
        marker={"symbol": "line-ns", "size": 13, "line": {"width": 3, "color": INK}},
        customdata=[number(mean, language) for mean in top["mean_before"].astype("Float64").astype("float64")],
        hovertemplate="%{customdata}<extra></extra>",
    )
    known = top["mean_before"].notna().any()
    drawn = figure(
        *([bars, marks] if known else [bars]),
        title=title,
        language=language,
        x=say("themes.unit", language),
        height=130 + 44 * max(len(top), 1),
    )
    # Labels stand above their bars, so that long ones stay readable on a phone.
    drawn.update_yaxes(visible=False, range=[-0.6, len(top) - 0.2])
    longest = max([1, *top["items"], *top["mean_before"].dropna()])
    drawn.update_xaxes(showgrid=True, range=[0, 1.04 * longest])
    drawn.update_layout(hovermode="closest", margin={"l": 12, "t": 92})
    for place, label in zip(places, top["label"], strict=True):
        drawn.add_annotation(
            x=0, xref="paper", y=place, yshift=18, text=wrapped(label, 60), showarrow=False, xanchor="left",
            font={"color": INK},
        )  # fmt: skip
    return drawn
