"""The frame of every explorer: controls on top, below them what they show."""

from collections.abc import Callable, Iterable
from html import escape

import ipywidgets as widgets
from IPython.display import display

from workbench.engine import Community
from workbench.errors import WorkbenchError
from workbench.period import Month
from workbench.words import month_name, say

LABELS = {"description_width": "initial"}


def panel(controls: dict[str, widgets.Widget], show: Callable[..., Iterable]) -> widgets.VBox:
    """A panel that calls `show` with the controls' values by name, now and at each change, and displays what it gives.

    An error is shown in the panel as its message; the controls stay usable.
    """
    below = widgets.Output()

    def update(_=None) -> None:
        with below:
            below.clear_output(wait=True)
            try:
                for shown in show(**{name: control.value for name, control in controls.items()}):
                    display(shown)
            except WorkbenchError as error:
                display(widgets.HTML(f"<p>{escape(str(error))}</p>"))

    for control in controls.values():
        control.observe(update, names="value")
    update()
    return widgets.VBox([widgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), below])


def choice(label: str, options: Iterable[tuple[str, object]], *, value=None, language: str) -> widgets.Dropdown:
    """A drop-down; `label` is a key of words/, `options` are (what is read, value)."""
    options = list(options)
    chosen = options[0][1] if value is None and options else value
    return widgets.Dropdown(options=options, value=chosen, description=say(label, language), style=LABELS)


def months(community: Community, *, language: str) -> widgets.Dropdown:
    """The covered months, the last complete one chosen."""
    last = community.last_complete_month()
    covered = []
    if community.first_day is not None:
        month = Month.parse(community.last_day)
        while month.end > community.first_day:
            covered.append((month_name(month.start, language), str(month)))
            month = month.back(1)
    return choice("explore.month", covered, value=str(last) if last else None, language=language)


def groups(community: Community, *, language: str) -> widgets.Dropdown:
    """All groups together (""), or one of them."""
    found = community.run(
        "SELECT group_id, coalesce(name, group_id) AS name FROM groups ORDER BY name, group_id",
        month=community.last_complete_month() or community.last_day or "2000-01",
    )
    options = [(say("explore.all_groups", language), ""), *zip(found["name"], found["group_id"], strict=True)]
    return widgets.Dropdown(options=options, value="", description=say("explore.group", language), style=LABELS)
