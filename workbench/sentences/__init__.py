"""Frame in, one plain sentence out, French or English; named like the metric."""

from workbench.sentences.activity import mau_by_month
from workbench.sentences.churn import (
    bounced_joiners,
    churn_activity,
    churn_activity_28,
    churn_activity_by_month,
    churn_exposure,
    churn_of_current,
    churn_of_opening,
    churn_rows,
    churns,
    retention_period,
)
from workbench.sentences.concentration import absence_factor, gini, hem_share, top_contributors
from workbench.sentences.engagement import engagement_score, hem_stability, highly_engaged, score_coverage
from workbench.sentences.feedback import (
    feedback_texts,
    theme_quotes,
    theme_rows,
    theme_teams,
    theme_trend,
    themes,
    themes_covered_share,
    themes_sample,
)
from workbench.sentences.onboarding import activation_rate
from workbench.sentences.responses import (
    answered_24h,
    answered_within,
    first_response_hours,
    peer_answer_share,
    staff_share_of_voice,
    unanswered,
    unanswered_7d,
)
from workbench.sentences.retention import at_risk, retention_cohort, retention_curve
from workbench.sentences.satisfaction import csat, nps, participation

__all__ = [
    "absence_factor",
    "activation_rate",
    "answered_24h",
    "answered_within",
    "at_risk",
    "bounced_joiners",
    "churn_activity",
    "churn_activity_28",
    "churn_activity_by_month",
    "churn_exposure",
    "churn_of_current",
    "churn_of_opening",
    "churn_rows",
    "churns",
    "csat",
    "engagement_score",
    "feedback_texts",
    "first_response_hours",
    "gini",
    "hem_share",
    "hem_stability",
    "highly_engaged",
    "mau_by_month",
    "nps",
    "participation",
    "peer_answer_share",
    "retention_cohort",
    "retention_curve",
    "retention_period",
    "score_coverage",
    "staff_share_of_voice",
    "theme_quotes",
    "theme_rows",
    "theme_teams",
    "theme_trend",
    "themes",
    "themes_covered_share",
    "themes_sample",
    "top_contributors",
    "unanswered",
    "unanswered_7d",
]
