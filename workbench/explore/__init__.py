"""Explorers for JupyterLab: controls, the same metric, its figure. Loaded when first used."""

from importlib import import_module

_PANELS = {
    "activity": "activity",
    "core_members": "core_members",
    "retention": "retention",
    "start_here": "start_here",
    "themes": "themes",
}
__all__ = sorted(_PANELS)


def __getattr__(name):
    if name in _PANELS:
        # Importing a module puts it under its own name here; the panel of that name takes its place.
        globals()[name] = getattr(import_module(f"workbench.explore.{_PANELS[name]}"), name)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
