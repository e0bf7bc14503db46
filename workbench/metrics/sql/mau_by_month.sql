-- Monthly active users of each covered month up to this one; null where no day of the month is covered.
WITH covered AS (
    SELECT DISTINCT CAST(date_trunc('month', day) AS DATE) AS month
    FROM covered_days
    WHERE day < $month_end
)
SELECT c.month, count(a.person_id) AS mau
FROM covered AS c
LEFT JOIN active_months AS a ON a.month = c.month
GROUP BY c.month
ORDER BY c.month
