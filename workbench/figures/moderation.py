"""Figures of the mood of groups; each takes the frame of the model of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import day_ticks
from workbench.figures.house import INK, figure, shortened
from workbench.words import percent, say


def sentiment_by_week(frame: pd.DataFrame, *, title: str, language: str, most: int = 12) -> go.Figure:
    """The share of negative texts of the groups that write most, week by week; nothing where there are too few.

    `frame` as `models.sentiment_by_week` gives it: group_id, group_name, week, texts, negative_share.
    """
    known = frame[frame["negative_share"].notna()]
    answers = str(say("sentiment_by_week.answers", language))
    known = known.assign(group=known["group_name"].where(known["group_name"].notna(), answers))
    groups = known.groupby("group")["texts"].sum().sort_values(ascending=False, kind="stable").head(most).index[::-1]
    weeks = sorted(frame["week"].unique())
    by_place = known.drop_duplicates(["group", "week"]).set_index(["group", "week"])
    shares, texts = by_place["negative_share"], by_place["texts"]
    cells = go.Heatmap(
        x=weeks,
        y=list(range(len(groups))),
        z=[[shares.get((group, week)) for week in weeks] for group in groups],
        zmin=0,
        zmax=max(0.3, float(known["negative_share"].max() if len(known) else 0)),
        colorscale=[[0, "#F7FBFF"], [0.5, "#6BAED6"], [1, "#08306B"]],
        xgap=2,
        ygap=2,
        hoverongaps=False,
        customdata=[
            [
                say("sentiment_by_week.hover", language, group=group, week=week, share=shares[group, week],
                    texts=texts[group, week])
                if (group, week) in shares.index
                else ""
                for week in weeks
            ]
            for group in groups
        ],
        hovertemplate="%{customdata}<extra></extra>",
        colorbar={"title": {"text": ""}, "thickness": 12, "tickvals": [0, 0.1, 0.2, 0.3],
                  "ticktext": [percent(share, language) for share in (0, 0.1, 0.2, 0.3)]},
        name=str(say("sentiment_by_week.unit", language)),
    )  # fmt: skip
    height = 150 + 34 * max(len(groups), 1)
    drawn = figure(cells, title=title, language=language, x=say("sentiment_by_week.unit", language), height=height)
    drawn.update_xaxes(**day_ticks(weeks, language, most=4))
    names = {"tickvals": list(range(len(groups))), "ticktext": [shortened(group) for group in groups]}
    drawn.update_yaxes(showgrid=False, tickfont={"color": INK}, rangemode="normal", tickmode="array", **names)
    return drawn
