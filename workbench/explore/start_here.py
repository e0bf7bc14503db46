"""The first explorer: one number of the community or of a part of it, month by month."""

from functools import cache

import ipywidgets as widgets

from workbench import figures, metrics, sentences, show
from workbench.engine import Community
from workbench.explore.panel import choice, groups, months, panel
from workbench.words import say

NUMBERS = {
    "mau": False,
    "dau_mean": False,
    "contributions": False,
    "engagement_rate": True,
    "stickiness": True,
    "silent_share": True,
    "members_closing": False,
    "new_members": False,
    "leavers": False,
}
"""The numbers to choose from, and whether each is a share."""


def start_here(community: Community, *, language: str = "en") -> widgets.VBox:
    """How is the community doing? A panel with month, number, group and platform."""
    names = [(say(f"{metric}.name", language), metric) for metric in NUMBERS]
    controls = {
        "metric": choice("explore.metric", names, language=language),
        "month": months(community, language=language),
        "group": groups(community, language=language),
        "platform": platforms(community, language=language),
    }

    @cache
    def part(group: str, platform: str) -> Community:
        return community.where(group=group, platform=platform) if group or platform else community

    def shown(metric: str, month: str, group: str, platform: str):
        frame = metrics.trend(getattr(metrics, metric), part(group, platform), month=month)
        share = NUMBERS[metric]
        title = sentences.trend(frame, metric=metric, language=language, share=share)
        yield figures.trend(frame, metric=metric, title=title, language=language, share=share)
        yield show.table(frame[["month", metric]], titles={"month": say("explore.month", language),
                         metric: say(f"{metric}.name", language)}, formats={metric: "pct" if share else "n"},
                         language=language)  # fmt: skip
        yield show.card(metric, language=language)

    return panel(controls, shown)


def platforms(community: Community, *, language: str) -> widgets.Dropdown:
    """All platforms together (""), or one of them."""
    found = community.run(
        "SELECT DISTINCT platform FROM accounts ORDER BY platform",
        month=community.last_complete_month() or community.last_day or "2000-01",
    )
    options = [(say("explore.all_platforms", language), ""), *((one, one) for one in found["platform"])]
    return choice("explore.platform", options, language=language)
