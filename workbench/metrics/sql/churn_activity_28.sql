-- People active in the 28 days before the last 28 days of the month and not in the last 28 ÷ people active before.
WITH coverage AS (
    SELECT
        count(*) FILTER (WHERE day >= $window_before AND day < $window_start) AS days_before,
        count(*) FILTER (WHERE day >= $window_start AND day < $month_end) AS days_now
    FROM covered_days
),
before AS (
    SELECT person_id
    FROM active_days
    WHERE day >= $window_before AND day < $window_start
    GROUP BY person_id
    HAVING sum(contributions) > 0
),
now AS (
    SELECT person_id
    FROM active_days
    WHERE day >= $window_start AND day < $month_end
    GROUP BY person_id
    HAVING sum(contributions) > 0
),
counted AS (
    SELECT count(*) AS active_before, count(*) - count(n.person_id) AS gone
    FROM before AS b
    LEFT JOIN now AS n ON n.person_id = b.person_id
)
SELECT
    CASE WHEN c.days_now > 0 THEN p.gone END AS numerator,
    p.active_before AS denominator,
    c.days_before < 28 AS partial,
    CASE
        WHEN c.days_now = 0 THEN 'why.not_covered'
        WHEN c.days_before = 0 THEN 'why.no_earlier_month'
        WHEN p.active_before = 0 THEN 'why.churn_nobody_active_before'
    END AS why
FROM coverage AS c
CROSS JOIN counted AS p
