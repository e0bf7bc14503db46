"""Figures of highly engaged members; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, GREEN, GREY, INK, ORANGE, PINK, SKY, VERMILION, figure, whole_ticks
from workbench.words import say

PARTS = {"weeks": BLUE, "helped": ORANGE, "responded": SKY, "threads": GREEN, "volume": PINK}
CHANGES = {"kept": GREY, "new": BLUE, "lost": VERMILION}
LEGEND = 96  # pixels below the axis: five parts under each other on a phone
SIGNS = {"kept": "circle", "new": "diamond", "lost": "square"}


def engagement_score(frame: pd.DataFrame, *, title: str, language: str, people: int = 15) -> go.Figure:
    """The first members by score, each with the points of every part.

    `frame` as `metrics.engagement_score` gives it, with the column `member` (what the page calls them, from
    `actions.named`); without it their rank stands there. f shortens all parts alike.
    """
    first = frame.head(people).iloc[::-1]
    names = _names(first)
    bars = [
        go.Bar(
            y=names,
            x=first[f"points_{part}"] * first["response_factor"],
            name=say(f"engagement_score.part.{part}", language),
            marker={"color": colour, "line": {"color": "white", "width": 1}},
            orientation="h",
            hovertemplate="%{x:.1f}",
        )
        for part, colour in PARTS.items()
    ]
    axis = say("core_members.axis_score", language)
    drawn = figure(*bars, title=title, language=language, x=axis, height=LEGEND + 96 + 26 * max(len(first), 1))
    drawn.update_layout(barmode="stack", hovermode="y unified", margin={"l": 96, "t": 56, "b": LEGEND + 40})
    drawn.update_layout(legend={"yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"})
    drawn.update_xaxes(range=[0, 100], showgrid=True)
    drawn.update_yaxes(showgrid=False, type="category")
    return drawn


def hem_changes(frame: pd.DataFrame, *, title: str, language: str, people: int = 24) -> go.Figure:
    """Who stayed, came and was lost: each member's score last month and this month, joined by a line.

    `frame` as `metrics.hem_changes` gives it (with `member` from `actions.named`); at most `people`: new and lost ones,
    of either no more than half where there are too many, then the first kept ones; the axis says when some are left
    out. A member without a score any more stands at 0.
    """
    kept, new, lost = (frame[frame["change"] == change] for change in ("kept", "new", "lost"))
    new = new.head(max(people // 2, people - len(lost)))
    lost = lost.head(people - len(new))
    shown = pd.concat([kept.head(people - len(new) - len(lost)), new, lost]).iloc[::-1]
    shown = shown.assign(name=_names(shown), now=shown["score"].fillna(0), before=shown["score_before"].fillna(0))
    traces = []
    for change, colour in CHANGES.items():
        rows = shown[shown["change"] == change]
        if rows.empty:
            continue
        label = say(f"hem_changes.{change}", language)
        x = [one for row in rows.itertuples() for one in (row.before, row.now, None)]
        y = [one for row in rows.itertuples() for one in (row.name, row.name, None)]
        line = {"color": colour, "width": 2}
        traces += [
            go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False, legendgroup=change),
            go.Scatter(
                x=rows["before"], y=rows["name"], mode="markers", legendgroup=change, showlegend=False,
                marker={"color": "white", "size": 8, "line": {"color": colour, "width": 2}},
                hovertemplate="%{y} · %{x:.0f}<extra>" + say("core_members.before", language) + "</extra>",
            ),
            go.Scatter(
                x=rows["now"], y=rows["name"], mode="markers", name=label, legendgroup=change,
                marker={"color": colour, "size": 10, "symbol": SIGNS[change]},
                hovertemplate="%{y} · %{x:.0f}<extra>" + say("core_members.now", language) + "</extra>",
            ),
        ]  # fmt: skip
    axis = say("core_members.axis_change", language)
    if len(shown) < len(frame):
        axis += " · " + say("figure.shown", language, shown=len(shown), count=len(frame))
    drawn = figure(*traces, title=title, language=language, x=axis, height=170 + 22 * max(len(shown), 1), legend=True)
    drawn.update_layout(hovermode="closest", margin={"l": 96, "t": 96})
    drawn.update_xaxes(range=[-2, 102], showgrid=True)
    drawn.update_yaxes(showgrid=False, type="category", categoryorder="array", categoryarray=list(shown["name"]))
    return drawn


def score_spread(frame: pd.DataFrame, *, title: str, language: str, share: float = 0.10) -> go.Figure:
    """How many members have which score; `frame` as `metrics.engagement_score` gives it."""
    counts = (frame["score"].clip(0, 99.999) // 5 * 5).value_counts().reindex(range(0, 100, 5), fill_value=0)
    bars = go.Bar(
        x=counts.index + 2.5, y=counts, width=4.6, marker_color=BLUE, customdata=counts.index + 5,
        hovertemplate="%{y}<extra></extra>", name=say("engagement_score.name", language),
    )  # fmt: skip
    axis = say("core_members.axis_score", language)
    drawn = figure(bars, title=title, language=language, x=axis, y=say("highly_engaged.unit", language), height=280)
    drawn.update_xaxes(range=[0, 100], dtick=20)
    drawn.update_yaxes(**whole_ticks(counts))
    drawn.update_layout(font={"color": INK})
    return drawn


def _names(frame: pd.DataFrame) -> list[str]:
    """What each member is called on the page; two of one name stay two rows."""
    names = frame["member"] if "member" in frame else "#" + frame["rank"].astype("str")
    place = names.groupby(names).cumcount()
    return list(names.where(place == 0, names + " (" + (place + 1).astype("str") + ")"))
