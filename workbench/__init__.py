"""Community Workbench: who comes, who stays, who carries a community, and what people keep asking for.

>>> import workbench
>>> community = workbench.open("my-community")          # doctest: +SKIP
>>> workbench.metrics.mau(community, month="2026-10")   # doctest: +SKIP
"""

from importlib import import_module

__version__ = "0.2.0"

_ROOMS = (
    "actions",
    "explore",
    "figures",
    "findings",
    "metrics",
    "models",
    "report",
    "sentences",
    "show",
    "words",
)


def __getattr__(name: str):
    """Rooms and `open` are loaded when they are first asked for, so that a light command stays light."""
    if name == "open":
        return import_module("workbench.engine").open_community
    if name in _ROOMS:
        return import_module(f"workbench.{name}")
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")
