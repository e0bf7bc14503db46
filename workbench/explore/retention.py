"""The explorer of retention: cohorts by joining or first contribution, bounded or not, as matrix and as curve."""

import ipywidgets as widgets

from workbench import figures, metrics, sentences, show
from workbench.engine import Community
from workbench.explore.panel import LABELS, choice, months, panel
from workbench.words import say


def retention(community: Community, *, language: str = "en") -> widgets.VBox:
    """Who stays? A panel with month, kind of cohort, whether coming back later counts, and how many cohorts."""
    cohorts = [
        (say(f"explore.cohort_{key}", language), key == "first_contribution") for key in ("join", "first_contribution")
    ]
    controls = {
        "month": months(community, language=language),
        "first_contribution": choice("explore.cohorts_by", cohorts, value=False, language=language),
        "unbounded": widgets.Checkbox(
            value=False, description=say("explore.unbounded", language), style=LABELS, indent=False
        ),
        "newest": widgets.IntSlider(
            value=12,
            min=1,
            max=60,
            description=say("explore.newest_cohorts", language),
            style=LABELS,
            continuous_update=False,
        ),
    }

    def shown(month: str, first_contribution: bool, unbounded: bool, newest: int):
        options = {"first_contribution": first_contribution, "unbounded": unbounded}
        cells = metrics.retention_cohort(community, month=month, **options)
        curve = metrics.retention_curve(community, month=month, **options)
        cells = cells[cells["cohort"].isin(sorted(cells["cohort"].unique())[-newest:])]
        young = cells.groupby("k")["value"].transform("count") > 0  # columns that no cohort shown has reached
        how = {"language": language, "first_contribution": first_contribution}
        for name, frame in (("retention_cohort", cells[young]), ("retention_curve", curve)):
            title = getattr(sentences, name)(frame, language=language)
            if frame.empty:
                yield show.note(title)
            else:
                yield getattr(figures, name)(frame, title=title, **how)
        yield show.table(curve, language=language, formats={"value": "pct", "low": "pct", "high": "pct"})

    return panel(controls, shown)
