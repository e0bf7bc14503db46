"""Figures of what members pay; each takes the frame of the metric of the same name."""

import pandas as pd
import plotly.graph_objects as go

from workbench.figures.dates import month_ticks
from workbench.figures.house import BLUE, INK, SKY, figure
from workbench.words import money, say


def revenue_by_month(frame: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """Net payments by month, a gap where nothing is known.

    `frame` as `metrics.revenue_by_month` gives it: month, revenue, currency, payers.
    """
    currency = frame["currency"].iloc[0] if len(frame) else None
    known = frame[frame["revenue"].notna()]
    bars = go.Bar(
        x=known["month"],
        y=known["revenue"],
        marker_color=BLUE,
        customdata=[
            say(
                "revenue_by_month.hover",
                language,
                month=row.month,
                amount=money(row.revenue, currency, language),
                count=int(row.payers),
            )
            for row in known.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(bars, title=title, language=language, y=_axis("revenue_by_month", currency, language))
    drawn.update_layout(hovermode="closest", margin={"r": 40})  # room for the name of the last month
    drawn.update_xaxes(**month_ticks(list(frame["month"]), language))
    drawn.update_yaxes(zeroline=True, zerolinecolor=INK)
    return drawn


def ltv_observed(frame: pd.DataFrame, curve: pd.DataFrame, *, title: str, language: str) -> go.Figure:
    """What a member has brought in by months since joining: a faint line a cohort, a strong one for all together.

    `frame` as `metrics.ltv_observed` gives it: cohort, k, size, ltv_observed, currency; `curve` as `metrics.ltv_curve`:
    k, value, size, cohorts, currency.
    """
    known, together = frame[frame["ltv_observed"].notna()], curve[curve["value"].notna()]
    currency = together["currency"].iloc[0] if len(together) else None
    cohorts = [
        go.Scatter(
            x=cells["k"],
            y=cells["ltv_observed"],
            mode="lines",
            line={"color": SKY, "width": 1},
            opacity=0.6,
            showlegend=False,
            customdata=[
                say(
                    "ltv_observed.hover",
                    language,
                    month=cohort,
                    k=row["k"],
                    amount=money(row["ltv_observed"], currency, language),
                    size=row["size"],
                )
                for row in cells.to_dict("records")
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for cohort, cells in known.groupby("cohort")
    ]
    line = go.Scatter(
        x=together["k"],
        y=together["value"],
        mode="lines+markers",
        line={"color": BLUE, "width": 3},
        marker={"size": 6},
        name=say("ltv_observed.all", language),
        customdata=[
            say(
                "ltv_curve.hover",
                language,
                k=row["k"],
                amount=money(row["value"], currency, language),
                size=row["size"],
                count=int(row["cohorts"]),
            )
            for row in together.to_dict("records")
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawn = figure(
        *cohorts,
        line,
        title=title,
        language=language,
        x=say("ltv_observed.k", language),
        y=_axis("ltv_observed", currency, language),
        legend=False,
    )
    drawn.update_layout(hovermode="closest")
    drawn.update_xaxes(dtick=1 if len(together) <= 13 else 6, rangemode="tozero")
    return drawn


def _axis(name: str, currency: str | None, language: str) -> str:
    return say(f"{name}.axis", language, currency=currency) if currency else say(f"{name}.unit", language)
