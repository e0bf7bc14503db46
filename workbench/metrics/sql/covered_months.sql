-- Months up to this one whose every day is covered by the data: only these are compared with.
WITH months AS (
    SELECT CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS days
    FROM covered_days
    WHERE day < $month_end
    GROUP BY 1
)
SELECT month
FROM months
WHERE days = extract(day FROM month + INTERVAL 1 MONTH - INTERVAL 1 DAY)
ORDER BY month
