-- Distinct active people per ISO week; a week belongs to the month of its Thursday. Days after the month are not used,
-- so the last week can be incomplete.
WITH days AS (
    SELECT day, CAST(date_trunc('week', day) AS DATE) AS week
    FROM covered_days
    WHERE day >= $month_start - INTERVAL 3 DAY AND day < $month_end
),
weeks AS (
    SELECT week, count(*) AS days
    FROM days
    WHERE week + INTERVAL 3 DAY >= $month_start AND week + INTERVAL 3 DAY < $month_end
    GROUP BY week
),
active AS (
    SELECT CAST(date_trunc('week', day) AS DATE) AS week, count(DISTINCT person_id) AS people
    FROM active_days
    WHERE contributions > 0 AND day >= $month_start - INTERVAL 3 DAY
    GROUP BY 1
)
SELECT w.week, coalesce(a.people, 0) AS wau, w.days, w.days = 7 AS complete
FROM weeks AS w
LEFT JOIN active AS a ON a.week = w.week
ORDER BY w.week
