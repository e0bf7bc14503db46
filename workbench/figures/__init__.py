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
from workbench.figures.audience import audience_by_group
from workbench.figures.churn import churn_activity_by_month, churns
from workbench.figures.concentration import hem_share, lorenz
from workbench.figures.coverage import coverage_by_month
from workbench.figures.dialogue import owner_effort
from workbench.figures.engagement import engagement_score, hem_changes, score_spread
from workbench.figures.fairness import favouritism_gap, ladder
from workbench.figures.feedback import themes
from workbench.figures.groups import group_health
from workbench.figures.moderation import sentiment_by_week
from workbench.figures.onboarding import conversion, first_reply_effect, onboarding
from workbench.figures.overview import at_a_glance
from workbench.figures.population import growth_by_month, joins_by_source, leavers_by_tenure, population_waterfall
from workbench.figures.programmes import programme_effect
from workbench.figures.responses import answered_within
from workbench.figures.retention import retention_cohort, retention_curve
from workbench.figures.satisfaction import nps
from workbench.figures.social import social_posts
from workbench.figures.trend import trend
from workbench.figures.value import ltv_observed, revenue_by_month

__all__ = [
    "active_days",
    "activity_heatmap",
    "answered_within",
    "at_a_glance",
    "audience_by_group",
    "churn_activity_by_month",
    "churns",
    "conversion",
    "coverage_by_month",
    "dau",
    "engagement_score",
    "favouritism_gap",
    "first_reply_effect",
    "group_health",
    "growth_by_month",
    "hem_changes",
    "hem_share",
    "joins_by_source",
    "ladder",
    "leavers_by_tenure",
    "lifecycle_by_month",
    "lorenz",
    "ltv_observed",
    "mau_by_month",
    "nps",
    "onboarding",
    "owner_effort",
    "population_waterfall",
    "programme_effect",
    "reply_by_hour",
    "retention_cohort",
    "retention_curve",
    "revenue_by_month",
    "rolling_active",
    "score_spread",
    "sentiment_by_week",
    "social_posts",
    "themes",
    "trend",
    "unusual_days",
    "wau",
]
