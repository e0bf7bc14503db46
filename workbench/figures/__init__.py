"""Frame in, Plotly figure out; named like the metric."""

from workbench.figures.activity import (
    active_days,
    activity_heatmap,
    dau,
    lifecycle_by_month,
    mau_by_month,
    reply_by_hour,
    rolling_active,
    unusual_days,
    wau,
)
from workbench.figures.churn import churn_activity_by_month, churns
from workbench.figures.concentration import hem_share, lorenz
from workbench.figures.coverage import coverage_by_month
from workbench.figures.engagement import engagement_score, hem_changes, score_spread
from workbench.figures.feedback import themes
from workbench.figures.overview import at_a_glance
from workbench.figures.population import growth_by_month, joins_by_source, leavers_by_tenure, population_waterfall
from workbench.figures.responses import answered_within
from workbench.figures.retention import retention_cohort, retention_curve
from workbench.figures.satisfaction import nps
from workbench.figures.trend import trend

__all__ = [
    "active_days",
    "activity_heatmap",
    "answered_within",
    "at_a_glance",
    "churn_activity_by_month",
    "churns",
    "coverage_by_month",
    "dau",
    "engagement_score",
    "growth_by_month",
    "hem_changes",
    "hem_share",
    "joins_by_source",
    "leavers_by_tenure",
    "lifecycle_by_month",
    "lorenz",
    "mau_by_month",
    "nps",
    "population_waterfall",
    "reply_by_hour",
    "retention_cohort",
    "retention_curve",
    "rolling_active",
    "score_spread",
    "themes",
    "trend",
    "unusual_days",
    "wau",
]
