"""The explorer of feedback themes: choose a month, a source, how many themes; read the quotes of one."""

import ipywidgets as widgets

from workbench import figures, metrics, models, sentences, show
from workbench.engine import Community
from workbench.explore.panel import LABELS, choice, months, panel
from workbench.words import say


def themes(community: Community, *, language: str = "en") -> widgets.VBox:
    """What do people keep telling us? A panel with month, source, number of themes and one theme's quotes."""
    sources = [(say(f"explore.{key}", language), key) for key in ("all_sources", "answers", "conversations")]
    controls = {
        "month": months(community, language=language),
        "source": choice("explore.source", sources, language=language),
        "most_themes": widgets.IntSlider(
            value=12,
            min=3,
            max=20,
            description=say("explore.most_themes", language),
            style=LABELS,
            continuous_update=False,
        ),
    }

    def shown(month: str, source: str, most_themes: int):
        texts = metrics.feedback_texts(community, month=month)
        talk = texts["source"] == "conversation"
        texts = texts[talk if source == "conversations" else ~talk if source == "answers" else talk | ~talk]
        found = models.community_themes(community, texts, most_themes=most_themes)
        covered = metrics.covered_months(community, month=month)["month"]
        trend = models.theme_trend(texts, found, month=month, covered_months=covered)
        table = models.theme_table(found, trend, teams=community.settings.teams)
        yield figures.themes(table, title=sentences.themes(table, language=language), language=language)
        yield show.table(sentences.theme_rows(table, language=language), language=language)
        yield show.table(sentences.theme_quotes(table, found.quotes), language=language)

    return panel(controls, shown)
