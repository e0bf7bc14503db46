-- Monthly active users of each month up to this one of which at least a day is covered.
WITH covered AS (
    SELECT CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS days
    FROM covered_days
    WHERE day < $month_end
    GROUP BY 1
)
SELECT
    c.month,
    count(a.person_id) AS mau,
    CAST(c.month + INTERVAL 1 MONTH AS DATE) - c.month > c.days AS partial
FROM covered AS c
LEFT JOIN active_months AS a ON a.month = c.month
GROUP BY c.month, c.days
ORDER BY c.month
