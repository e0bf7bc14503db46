"""Frame in, Plotly figure out; named like the metric."""

from workbench.figures.activity import mau_by_month

__all__ = ["mau_by_month"]
