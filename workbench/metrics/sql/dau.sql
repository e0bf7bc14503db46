-- Distinct eligible people with at least one contribution per local day; null on days that the data do not cover.
WITH active AS (
    SELECT day, count(*) AS people
    FROM active_days
    WHERE contributions > 0 AND day >= $month_start
    GROUP BY day
)
SELECT c.day, CASE WHEN c.covered THEN coalesce(a.people, 0) END AS dau
FROM calendar AS c
LEFT JOIN active AS a ON a.day = c.day
ORDER BY c.day
