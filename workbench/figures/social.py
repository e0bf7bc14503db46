"""Figures of social networks; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, INK, figure
from workbench.figures.percent import percent_ticks
from workbench.words import number, percent, say


def social_posts(frame: pd.DataFrame, *, title: str, language: str, cut_by: str = "network") -> go.Figure:
    """Engagements per impression by network, type or hour: a bar for all posts together, a mark for the typical post.

    `frame` as `metrics.social_posts` gives it: cut_by, part, hour, n, social_posts, median_rate. Each name says n.
    """
    rows = frame[(frame["cut_by"] == cut_by) & frame["social_posts"].notna()]
    names = [f"{escape(_name(row, cut_by, language))}<br>n = {number(row.n, language)}" for row in rows.itertuples()]
    bars = go.Bar(
        x=names,
        y=rows["social_posts"],
        marker_color=BLUE,
        name=str(say("social_posts.together", language)),
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[_hover("together", row.social_posts, language) for row in rows.itertuples()],
    )
    marks = go.Scatter(
        x=names,
        y=rows["median_rate"],
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 26, "color": INK, "line": {"width": 3}},
        name=str(say("social_posts.typical", language)),
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[_hover("typical", row.median_rate, language) for row in rows.itertuples()],
    )
    axis = str(say("social_posts.unit", language))
    drawn = figure(bars, marks, title=title, language=language, y=axis, height=380)
    top = pd.concat([rows["social_posts"], rows["median_rate"]]).max()
    top = 0.05 if pd.isna(top) else max(1.1 * float(top), 0.01)
    drawn.update_yaxes(range=[0, top], **percent_ticks(top, language))
    drawn.update_xaxes(type="category")
    return drawn


def _name(row, cut_by: str, language: str) -> str:
    if cut_by == "hour":
        return str(say("social_posts.at_hour", language, hour=int(row.hour)))
    return str(say("social_posts.no_type", language)) if pd.isna(row.part) else str(row.part)


def _hover(kind: str, value, language: str) -> str:
    return f"{say(f'social_posts.{kind}', language)}: {percent(value, language)}"
