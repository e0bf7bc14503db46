-- The lifecycle of every covered month up to this one, seen from the end of this one; the first covered month has no
-- month before it.
WITH covered AS (
    SELECT CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS days
    FROM covered_days
    WHERE day < $month_end
    GROUP BY 1
),
active AS (
    SELECT
        person_id,
        month,
        lag(month) OVER (PARTITION BY person_id ORDER BY month) AS active_before,
        lead(month) OVER (PARTITION BY person_id ORDER BY month) AS active_after
    FROM active_months
),
here AS (
    SELECT
        month,
        count(*) FILTER (WHERE active_before IS NULL) AS new,
        count(*) FILTER (WHERE active_before = CAST(month - INTERVAL 1 MONTH AS DATE)) AS retained,
        count(*) FILTER (WHERE active_before < CAST(month - INTERVAL 1 MONTH AS DATE)) AS resurrected
    FROM active
    GROUP BY month
),
gone AS (
    SELECT CAST(month + INTERVAL 1 MONTH AS DATE) AS month, count(*) AS dormant
    FROM active
    WHERE active_after IS NULL OR active_after > CAST(month + INTERVAL 1 MONTH AS DATE)
    GROUP BY 1
)
SELECT
    c.month,
    coalesce(h.new, 0) AS new,
    coalesce(h.retained, 0) AS retained,
    coalesce(h.resurrected, 0) AS resurrected,
    coalesce(g.dormant, 0) AS dormant,
    CAST(c.month + INTERVAL 1 MONTH AS DATE) - c.month > c.days
        OR c.month - CAST(c.month - INTERVAL 1 MONTH AS DATE) > b.days AS partial
FROM covered AS c
JOIN covered AS b ON b.month = CAST(c.month - INTERVAL 1 MONTH AS DATE)
LEFT JOIN here AS h ON h.month = c.month
LEFT JOIN gone AS g ON g.month = c.month
ORDER BY c.month
