"""The explorer of core members: choose month, group and how large a share counts; see what each score is made of."""

import ipywidgets as widgets

from workbench import actions, figures, metrics, sentences, show
from workbench.engine import Community
from workbench.explore.panel import LABELS, groups, months, panel
from workbench.words import say


def core_members(community: Community, *, language: str = "en") -> widgets.VBox:
    """Who carries the community? A panel with month, group, share of the active people and number of members shown."""
    controls = {
        "month": months(community, language=language),
        "group": groups(community, language=language),
        "share": widgets.FloatSlider(
            value=community.settings.thresholds.highly_engaged_share,
            min=0.01,
            max=0.50,
            step=0.01,
            readout_format=".0%",
            description=say("core_members.share", language),
            style=LABELS,
            continuous_update=False,
        ),
        "people": widgets.IntSlider(
            value=15,
            min=5,
            max=40,
            description=say("core_members.people", language),
            style=LABELS,
            continuous_update=False,
        ),
    }
    columns = ["score", "active_weeks", "contributions", "threads", "people_helped", "people_responded"]

    def shown(month: str, group: str, share: float, people: int):
        part = community.where(group=group) if group else community
        engaged = metrics.highly_engaged(part, month=month, share=share)
        made = metrics.hem_share(part, month=month, share=share)
        page = actions.on_page(engaged, settings=community.settings)
        title = sentences.highly_engaged(engaged, language=language)
        yield figures.engagement_score(page, title=title, language=language, people=people)
        yield sentences.hem_share(made, share=share, language=language)
        yield show.table(page[["member", *columns, "response_factor"]], language=language, rows=people)
        yield show.table(sentences.score_weights(metrics.SCORE_PARTS, language=language), language=language)

    return panel(controls, shown)
