-- People active in the month before and not in this one ÷ people active in the month before.
WITH coverage AS (
    SELECT
        count(*) FILTER (WHERE day >= $previous_start AND day < $month_start) AS days_before,
        count(*) FILTER (WHERE day >= $month_start AND day < $month_end) AS days_now
    FROM covered_days
),
before AS (
    SELECT person_id FROM active_months WHERE month = $previous_start
),
counted AS (
    SELECT count(*) AS active_before, count(*) - count(n.person_id) AS gone
    FROM before AS b
    LEFT JOIN active_months AS n ON n.person_id = b.person_id AND n.month = $month_start
)
SELECT
    CASE WHEN c.days_now > 0 THEN p.gone END AS numerator,
    p.active_before AS denominator,
    c.days_before < $month_start - $previous_start AS partial,
    CASE
        WHEN c.days_now = 0 THEN 'why.not_covered'
        WHEN c.days_before = 0 THEN 'why.no_earlier_month'
        WHEN p.active_before = 0 THEN 'why.churn_nobody_active_before'
    END AS why
FROM coverage AS c
CROSS JOIN counted AS p
