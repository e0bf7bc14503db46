"""Counts: one SQL text a question (metrics/sql/<id>.sql) behind one documented function; one file per family."""

from workbench.metrics.activity import mau, mau_by_month

__all__ = ["mau", "mau_by_month"]
