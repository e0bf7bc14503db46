"""Figures of programmes; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.groups import intervals
from workbench.figures.house import BLUE, GREY, VERMILION
from workbench.words import say


def programme_effect(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """The change of contributions of those who took part less that of others alike, a kind a row, with its interval.

    `frame` as `metrics.programme_effect` gives it: kind, programme_effect, low, high, participants. Kinds without an
    effect are left out: `sentences.programme_effect_rows` tells why.
    """
    rows = frame[frame["programme_effect"].notna()].iloc[::-1].reset_index(drop=True)
    colours = [
        BLUE if low > 0 else VERMILION if high < 0 else GREY
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    rows = rows.assign(
        name=[_name(row, language) for row in rows.itertuples()],
        value=rows["programme_effect"],
    )
    axis = str(say("programme_effect.axis", language))
    return intervals(rows, colours=colours, title=title, x=axis, language=language)


def _name(row, language: str) -> str:
    kind = say(f"programmes.{row.kind}", language)
    return str(say("programme_effect.row", language, kind=kind, count=row.participants))
