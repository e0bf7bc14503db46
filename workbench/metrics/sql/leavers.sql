-- Dated leaves in the month, bans included, by reason; a leave with a return within 7 days is none.
WITH leaves AS (
    SELECT end_reason
    FROM stays
    WHERE end_kind = 'dated' AND left_on >= $month_start AND left_on < $month_end
),
counted AS (
    SELECT
        count(*) AS leavers,
        count(*) FILTER (WHERE end_reason = 'left') AS leavers_left,
        count(*) FILTER (WHERE end_reason = 'removed') AS leavers_removed,
        count(*) FILTER (WHERE end_reason = 'banned') AS leavers_banned,
        count(*) FILTER (WHERE end_reason = 'deactivated') AS leavers_deactivated,
        count(*) FILTER (WHERE end_reason = 'deleted') AS leavers_deleted,
        count(*) FILTER (WHERE end_reason NOT IN ('left', 'removed', 'banned', 'deactivated', 'deleted'))
            AS leavers_unknown
    FROM leaves
),
known AS (
    SELECT
        CASE
            WHEN NOT bool_or(c.covered) THEN 'why.not_covered'
            WHEN bool_and(k.leaves) THEN NULL
            WHEN bool_or(k.some_leaves) THEN 'why.leaves_partly_known'
            ELSE 'why.no_leaves'
        END AS why
    FROM calendar AS c
    CROSS JOIN told AS k
)
SELECT
    CASE WHEN k.why IS NULL THEN n.leavers END AS leavers,
    CASE WHEN k.why IS NULL THEN n.leavers_left END AS leavers_left,
    CASE WHEN k.why IS NULL THEN n.leavers_removed END AS leavers_removed,
    CASE WHEN k.why IS NULL THEN n.leavers_banned END AS leavers_banned,
    CASE WHEN k.why IS NULL THEN n.leavers_deactivated END AS leavers_deactivated,
    CASE WHEN k.why IS NULL THEN n.leavers_deleted END AS leavers_deleted,
    CASE WHEN k.why IS NULL THEN n.leavers_unknown END AS leavers_unknown,
    k.why
FROM counted AS n
CROSS JOIN known AS k
