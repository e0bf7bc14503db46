"""Frame in, one plain sentence out, French or English; named like the metric."""

from workbench.sentences.activity import mau_by_month

__all__ = ["mau_by_month"]
