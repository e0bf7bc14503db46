"""Estimates from frames: feedback themes and their trend, language, sentiment. Names are loaded when first used.

`language` and `sentiment` live in the rooms of the same name: `from workbench.models.language import language`,
`from workbench.models.sentiment import sentiment`.
"""

from importlib import import_module

_ROOMS = {
    "Themes": "themes",
    "community_themes": "kept_themes",
    "find_themes": "themes",
    "negative_days": "moods",
    "sentiment_by_week": "moods",
    "theme_table": "trends",
    "theme_trend": "trends",
    "themes_by_month": "trends",
    "themes_covered_share": "trends",
    "turned_negative": "moods",
    "with_polarity": "moods",
}
__all__ = sorted(_ROOMS)


def __getattr__(name):
    # numpy, scipy and the word vectors cost a second: pay it when a model is used, not when it is named
    if name in _ROOMS:
        return getattr(import_module(f"workbench.models.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
