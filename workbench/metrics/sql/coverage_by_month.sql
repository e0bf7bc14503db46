-- Covered days of each platform and month up to this one.
WITH days AS (
    SELECT platform, CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS days
    FROM platform_days
    WHERE day < $month_end
    GROUP BY 1, 2
)
SELECT
    platform,
    month,
    days,
    CAST(days AS DOUBLE) / (CAST(month + INTERVAL 1 MONTH AS DATE) - month) AS covered_share
FROM days
ORDER BY platform, month
