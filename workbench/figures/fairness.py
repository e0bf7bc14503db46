"""Figures of fairness; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.house import BLUE, GREY, INK, ORANGE, figure
from workbench.figures.percent import percent_ticks
from workbench.words import number, say

COLOURS = {"highly_engaged": BLUE, "newcomers": ORANGE, "others": GREY}
BEFORE = ("outside", "silent", "newcomer", "casual", "regular", "core")  # from below
NOW = ("left", "silent", "newcomer", "casual", "regular", "core")
FEW = 10  # as on the page: with fewer, counts stand there instead of a share


def favouritism_gap(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The share of openers that the team answered within 72 hours, by who asked, with its 95 % interval.

    `frame` as `metrics.favouritism_gap` gives it: askers, answered_share, numerator, denominator, low, high. Counts
    stand below; under 10 openers they stand there alone.
    """
    shown = frame["answered_share"].where(frame["denominator"] >= FEW)
    counts = [
        say("favouritism_gap.of", language, numerator=row.numerator, denominator=row.denominator)
        for row in frame.itertuples()
    ]
    bars = go.Bar(
        x=[
            f"{say(f'favouritism_gap.{askers}', language)}<br>{count}"
            for askers, count in zip(frame["askers"], counts, strict=True)
        ],
        y=shown,
        marker_color=[COLOURS[askers] for askers in frame["askers"]],
        name=say("favouritism_gap.name", language),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": frame["high"] - shown,
            "arrayminus": shown - frame["low"],
            "color": INK,
            "thickness": 1.2,
        },
        customdata=counts,
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(bars, title=title, language=language, y=say("favouritism_gap.unit", language))
    drawn.update_yaxes(range=[0, 1], **percent_ticks(1, language))
    return drawn


def ladder(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """From which step to which: rows are last month's steps, the darker the larger the share that went there.

    `frame` as `metrics.ladder` gives it: step_before, step, ladder (share of the row), numerator, denominator.
    """
    cells = frame.astype({"numerator": "float64", "denominator": "float64"}).set_index(["step_before", "step"])
    rows = [[cells.loc[(before, now)] for now in NOW] for before in BEFORE]
    totals = [row[0]["denominator"] for row in rows]
    heat = go.Heatmap(
        z=[[None if pd.isna(cell["ladder"]) else cell["ladder"] for cell in row] for row in rows],
        x=[say(f"ladder.{now}", language) for now in NOW],
        y=[
            f"{say(f'ladder.{before}', language)} ({number(total, language)})"
            if pd.notna(total)
            else say(f"ladder.{before}", language)
            for before, total in zip(BEFORE, totals, strict=True)
        ],
        text=[[_people(cell["numerator"], language) for cell in row] for row in rows],
        texttemplate="%{text}",
        customdata=[[_hover(cell, language) for cell in row] for row in rows],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=[[0, "#F7FAFC"], [1, BLUE]],
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    axes = {"x": say("ladder.now", language), "y": say("ladder.before", language)}
    drawn = figure(heat, title=title, language=language, height=400, **axes)
    drawn.update_layout(hovermode="closest", margin={"l": 96})
    drawn.update_yaxes(showgrid=False)
    return drawn


def _people(count, language: str) -> str:
    return number(count, language) if pd.notna(count) and count else ""


def _hover(cell: pd.Series, language: str) -> str:
    before, now = cell.name
    return say(
        "ladder.hover",
        language,
        before=say(f"ladder.{before}", language),
        now=say(f"ladder.{now}", language),
        people=cell["numerator"],
        of=cell["denominator"],
        value=cell["ladder"],
    )
