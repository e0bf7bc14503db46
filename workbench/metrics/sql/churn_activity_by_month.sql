-- churn_activity of each covered month up to this one, among the people who count in this month.
WITH covered AS (
    -- A month as one number, so that the month before is one less.
    SELECT
        CAST(date_trunc('month', day) AS DATE) AS month,
        CAST(12 * extract(year FROM min(day)) + extract(month FROM min(day)) AS INTEGER) AS number
    FROM covered_days
    WHERE day < $month_end
    GROUP BY 1
),
followed AS (
    SELECT
        number,
        lead(number) OVER (PARTITION BY person_id ORDER BY number) AS next_number
    FROM (
        SELECT person_id, CAST(12 * extract(year FROM month) + extract(month FROM month) AS INTEGER) AS number
        FROM active_months
    ) AS numbered
),
counted AS (
    SELECT
        number,
        count(*) AS active,
        count(*) FILTER (WHERE next_number IS NULL OR next_number > number + 1) AS silent_after
    FROM followed
    GROUP BY number
)
SELECT
    c.month,
    coalesce(p.silent_after, 0) AS numerator,
    coalesce(p.active, 0) AS denominator,
    CASE
        WHEN b.number IS NULL THEN 'why.no_earlier_month'
        WHEN p.number IS NULL THEN 'why.churn_nobody_active_before'
    END AS why
FROM covered AS c
LEFT JOIN covered AS b ON b.number = c.number - 1
LEFT JOIN counted AS p ON p.number = c.number - 1
ORDER BY c.month
