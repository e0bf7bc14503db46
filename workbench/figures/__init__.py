"""Frame in, Plotly figure out; named like the metric."""

from workbench.figures.activity import mau_by_month
from workbench.figures.churn import churn_activity_by_month, churns
from workbench.figures.concentration import hem_share, lorenz
from workbench.figures.engagement import engagement_score, hem_changes, score_spread
from workbench.figures.feedback import themes
from workbench.figures.responses import answered_within
from workbench.figures.retention import retention_cohort, retention_curve
from workbench.figures.satisfaction import nps

__all__ = [
    "answered_within",
    "churn_activity_by_month",
    "churns",
    "engagement_score",
    "hem_changes",
    "hem_share",
    "lorenz",
    "mau_by_month",
    "nps",
    "retention_cohort",
    "retention_curve",
    "score_spread",
    "themes",
]
