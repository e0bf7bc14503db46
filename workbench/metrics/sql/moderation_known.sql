-- One row: why the month's moderation is not known, or null where it is. The record reaches from its first action to its
-- last one, or to the day on which it was exported where that is told.
SELECT
    CASE
        WHEN min(acted_at) IS NULL THEN 'why.no_moderation'
        WHEN min(acted_at) >= $month_end_at THEN 'why.moderation_not_covered'
        WHEN max(CASE WHEN observed_at > acted_at THEN observed_at ELSE acted_at END) < $month_start_at
            THEN 'why.moderation_not_covered'
    END AS why
FROM moderation
