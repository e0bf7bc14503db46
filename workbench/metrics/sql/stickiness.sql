-- Mean daily active users over monthly active users.
WITH active AS (
    SELECT count(*) AS person_days
    FROM active_days AS a
    JOIN calendar AS c ON c.day = a.day
    WHERE a.contributions > 0 AND a.day >= $month_start AND c.covered
),
covered AS (
    SELECT count(*) FILTER (WHERE covered) AS days FROM calendar
)
SELECT
    CASE WHEN c.days > 0 THEN CAST(a.person_days AS DOUBLE) / c.days END AS numerator,
    (SELECT count(*) FROM active_months WHERE month = $month_start) AS denominator,
    CASE WHEN c.days = 0 THEN 'why.not_covered' END AS why
FROM covered AS c
CROSS JOIN active AS a
