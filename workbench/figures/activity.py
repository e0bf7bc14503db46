"""Figures of activity; each takes the frame of the metric of the same name."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import day_ticks, month_ticks
from workbench.figures.house import BLUE, GREEN, GREY, INK, LINE, ORANGE, SKY, VERMILION, figure, whole_ticks
from workbench.figures.percent import percent_ticks
from workbench.words import day, month_name, number, percent, say

PARTIAL = "#9CC7E2"  # BLUE, lighter: what is not whole


def mau_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Monthly active users over time, months not wholly covered lighter.

    `frame` as `metrics.mau_by_month` gives it: month, mau, partial.
    """
    bars = _whole_and_partial(frame, "month", "mau", "mau_by_month", month_name, language)
    drawn = figure(*bars, title=title, language=language, y=say("mau.unit", language), legend=len(bars) > 1)
    drawn.update_layout(barmode="overlay", hovermode="closest")
    drawn.update_xaxes(**month_ticks(list(frame["month"]), language))
    drawn.update_yaxes(**whole_ticks(frame["mau"].dropna()))
    return drawn


def dau(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Daily active users, weekends marked; a gap where the data do not cover the day.

    `frame` as `metrics.dau` gives it: day, dau.
    """
    counts = frame["dau"].astype("Float64").astype("float64")
    line = go.Scatter(
        x=frame["day"],
        y=counts,
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 6},
        connectgaps=False,
        customdata=[
            f"{day(one, language)}: {number(n, language)}" for one, n in zip(frame["day"], counts, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(line, title=title, language=language, y=say("dau.unit", language), legend=False)
    for saturday in frame.loc[frame["day"].dt.day_of_week == 5, "day"]:
        half = pd.Timedelta(hours=12)
        drawn.add_vrect(
            x0=saturday - half, x1=saturday + 3 * half, fillcolor=LINE, opacity=0.55, line_width=0, layer="below"
        )
    drawn.update_layout(hovermode="closest")
    drawn.update_xaxes(**day_ticks(list(frame["day"]), language))
    drawn.update_yaxes(**whole_ticks(counts.dropna()))
    return drawn


def wau(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Weekly active users, incomplete weeks lighter. `frame` as `metrics.wau` gives it."""
    rows = frame.assign(partial=~frame["complete"].astype(bool))
    bars = _whole_and_partial(rows, "week", "wau", "wau", day, language)
    drawn = figure(*bars, title=title, language=language, x=say("column.week", language), y=say("wau.unit", language))
    drawn.update_layout(barmode="overlay", hovermode="closest", showlegend=len(bars) > 1)
    drawn.update_xaxes(**day_ticks(list(frame["week"]), language))
    return drawn


def rolling_active(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Active people in a sliding window, by its last day. `frame` as `metrics.rolling_active` gives it."""
    return dau(frame.rename(columns={"active": "dau"}), title=title, language=language)


def active_days(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """How many people were active on how many days. `frame` as `metrics.active_days` gives it."""
    bars = go.Bar(
        x=frame["active_days"],
        y=frame["people"],
        marker_color=BLUE,
        customdata=[
            f"{number(days, language)}: {number(people, language)}"
            for days, people in zip(frame["active_days"], frame["people"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(
        bars, title=title, language=language, x=say("active_days.axis", language), y=say("active_days.unit", language)
    )
    drawn.update_xaxes(dtick=1 if frame["active_days"].max() <= 12 else 5, range=[0.4, 31.6])
    drawn.update_yaxes(**whole_ticks(frame["people"].dropna()))
    drawn.update_layout(hovermode="closest")
    return drawn


def activity_heatmap(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Contributions by hour and weekday, darker = more. `frame` as `metrics.activity_heatmap` gives it."""
    table = frame.pivot(index="weekday", columns="hour", values="contributions_per_day").astype("Float64")
    people = frame.pivot(index="weekday", columns="hour", values="people").astype("Float64")
    texts = [
        [
            say(
                "activity_heatmap.cell",
                language,
                weekday=say(f"weekday.{weekday}", language),
                hour=hour,
                contributions=_plain(table.loc[weekday, hour]),
                people=_plain(people.loc[weekday, hour]),
            )
            for hour in table.columns
        ]
        for weekday in table.index
    ]
    cells = go.Heatmap(
        z=table.astype("float64").to_numpy(),
        x=list(table.columns),
        y=[str(say(f"weekday_short.{weekday}", language)) for weekday in table.index],
        colorscale=[[0, "#F3F6F8"], [0.15, "#CFE3F1"], [0.5, "#56A0D3"], [1, "#08467A"]],
        zmin=0,
        xgap=2,
        ygap=2,
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
        colorbar={"title": {"text": escape(say("activity_heatmap.unit", language)), "side": "right"}, "thickness": 10,
                  "outlinewidth": 0},
    )  # fmt: skip
    drawn = figure(cells, title=title, language=language, x=say("activity_heatmap.hour", language))
    drawn.update_xaxes(dtick=3)
    drawn.update_yaxes(autorange="reversed", showgrid=False)
    return drawn


def reply_by_hour(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Share answered within a day by hour of opening, with its 95 % interval; larger points hold more openers."""
    size = 6 + 12 * (frame["denominator"] / frame["denominator"].max()) ** 0.5 if len(frame) else []
    dots = go.Scatter(
        x=frame["hour"],
        y=frame["reply_by_hour"],
        mode="markers",
        marker={"color": BLUE, "size": size},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - frame["reply_by_hour"],
            "arrayminus": frame["reply_by_hour"] - frame["low"],
            "color": GREY,
            "thickness": 1.2,
            "width": 0,
        },
        customdata=[
            f"{row.hour} h: {number(row.numerator, language)} / {number(row.denominator, language)} "
            f"({percent(row.reply_by_hour, language)})"
            for row in frame.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(
        dots,
        title=title,
        language=language,
        x=say("activity_heatmap.hour", language),
        y=say("reply_by_hour.unit", language),
        legend=False,
    )
    drawn.update_xaxes(dtick=3, range=[-0.7, 23.7])
    drawn.update_yaxes(range=[0, 1.02], **percent_ticks(1, language))
    drawn.update_layout(hovermode="closest")
    return drawn


def unusual_days(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Contributions per day within the band that is usual for the weekday; days outside it marked.

    `frame` as `metrics.unusual_days` gives it: day, contributions, median, low, high, unusual.
    """
    known = frame[frame["median"].notna()]
    found = frame[frame["unusual"].astype(bool)]
    band = go.Scatter(
        x=[*known["day"], *known["day"][::-1]],
        y=[*known["high"], *known["low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor="rgba(86, 180, 233, 0.25)",
        line={"width": 0},
        hoverinfo="skip",
        name=say("unusual_days.band", language),
    )
    line = go.Scatter(
        x=frame["day"],
        y=frame["contributions"],
        mode="lines",
        line={"color": BLUE, "width": 2},
        name=say("unusual_days.line", language),
        customdata=_usual(frame, language),
        hovertemplate="%{customdata}<extra></extra>",
    )
    marks = go.Scatter(
        x=found["day"],
        y=found["contributions"],
        mode="markers",
        marker={"color": VERMILION, "size": 11, "symbol": "diamond", "line": {"color": INK, "width": 1}},
        name=say("unusual_days.mark", language),
        customdata=_usual(found, language),
        hovertemplate="%{customdata}<extra></extra>",
    )
    traces = [trace for trace, rows in ((band, known), (line, frame), (marks, found)) if len(rows)]
    drawn = figure(*traces, title=title, language=language, y=say("unusual_days.unit", language))
    drawn.update_layout(hovermode="closest", margin={"t": 92})
    drawn.update_xaxes(**day_ticks(list(frame["day"]), language))
    return drawn


def lifecycle_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """New, retained and resurrected people above the line, dormant ones below it, month by month.

    `frame` as `metrics.lifecycle_by_month` gives it: month, new, retained, resurrected, dormant.
    """
    parts = (("retained", 1, BLUE), ("resurrected", 1, SKY), ("new", 1, GREEN), ("dormant", -1, ORANGE))
    bars = [
        go.Bar(
            x=frame["month"],
            y=sign * frame[name],
            name=say(f"{name}.name", language),
            marker_color=colour,
            customdata=[
                f"{month_name(month, language)}: {number(count, language)} {say(f'{name}.name', language).lower()}"
                for month, count in zip(frame["month"], frame[name], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for name, sign, colour in parts
    ]
    drawn = figure(*bars, title=title, language=language, y=say("lifecycle_by_month.unit", language), height=380)
    drawn.update_layout(barmode="relative", hovermode="closest", margin={"t": 92})
    drawn.update_xaxes(**month_ticks(list(frame["month"]), language))
    came, fell = frame[["new", "retained", "resurrected"]].sum(axis=1), frame["dormant"].dropna()
    drawn.update_yaxes(zeroline=True, zerolinecolor=INK, **whole_ticks([*came, *fell]))
    return drawn


def _whole_and_partial(frame: pd.DataFrame, x: str, y: str, key: str, write, language: str) -> list[go.Bar]:
    """Bars, those of incomplete spans lighter and named as such."""
    partial = frame["partial"].astype(bool)
    # Both traces hold every x: of a lone bar on an axis of dates, Plotly would have to guess the width.
    return [
        go.Bar(
            x=frame[x],
            y=frame[y].astype("float64").where(kept),
            name=say(f"{key}.{name}", language),
            marker_color=colour,
            customdata=[
                f"{write(one, language)}: {number(count, language)}"
                for one, count in zip(frame[x], frame[y], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for name, kept, colour in (("whole_bar", ~partial, BLUE), ("partial_bar", partial, PARTIAL))
        if kept.any()
    ]


def _usual(frame: pd.DataFrame, language: str) -> list[str]:
    return [
        str(say("unusual_days.high", language, day=row.day, contributions=row.contributions, median=row.median))
        for row in frame.itertuples(index=False)
    ]


def _plain(value) -> float | None:
    return None if pd.isna(value) else float(value)
