-- Dated leaves of the month ÷ member-months, that is days spent as a member ÷ days in the month.
WITH leaves AS (
    SELECT count(*) AS leavers
    FROM stays
    WHERE end_kind = 'dated' AND left_on >= $month_start AND left_on < $month_end
),
month_days AS (
    SELECT count(*) AS days FROM calendar
),
exposure AS (
    SELECT CAST(coalesce(sum(exposed_days), 0) AS BIGINT) AS days FROM month_members
)
SELECT
    CASE WHEN k.leaves THEN l.leavers END AS numerator,
    CAST(e.days AS DOUBLE) / d.days AS denominator,
    CASE
        WHEN k.some_leaves AND NOT k.leaves THEN 'why.leaves_partly_known'
        WHEN NOT k.leaves THEN 'why.no_leaves'
        WHEN e.days = 0 THEN 'why.no_members'
    END AS why
FROM told AS k
CROSS JOIN leaves AS l
CROSS JOIN month_days AS d
CROSS JOIN exposure AS e
