"""The explorer of activity: who is active when, in the community or one of its groups."""

from functools import cache

import ipywidgets as widgets

from workbench import figures, metrics, sentences, show
from workbench.engine import Community
from workbench.explore.panel import LABELS, choice, groups, months, panel
from workbench.words import say

VIEWS = (
    "dau", "rolling_active", "wau", "mau_by_month", "lifecycle_by_month", "active_days", "activity_heatmap",
    "reply_by_hour", "unusual_days",
)  # fmt: skip


def activity(community: Community, *, language: str = "en") -> widgets.VBox:
    """When is who active? A panel with view, month, group and the days of the sliding window."""
    controls = {
        "view": choice("explore.view", [(say(f"{view}.name", language), view) for view in VIEWS], language=language),
        "month": months(community, language=language),
        "group": groups(community, language=language),
        "days": widgets.IntSlider(
            value=7,
            min=1,
            max=60,
            description=say("explore.window", language),
            style=LABELS,
            continuous_update=False,
        ),
    }

    @cache
    def part(group: str) -> Community:
        return community.where(group=group) if group else community

    def shown(view: str, month: str, group: str, days: int):
        options = {"days": days} if view == "rolling_active" else {}
        frame = getattr(metrics, view)(part(group), month=month, **options)
        sentence = getattr(sentences, view)(frame, language=language)
        if frame.empty:
            yield sentence
            return
        yield getattr(figures, view)(frame, title=sentence, language=language)
        yield show.table(frame, language=language, rows=31)

    return panel(controls, shown)
