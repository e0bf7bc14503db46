-- Runs of days between a platform's first and last covered day that no import covers.
WITH days AS (
    SELECT platform, day, lead(day) OVER (PARTITION BY platform ORDER BY day) AS next_day FROM platform_days
)
SELECT platform, day + 1 AS from_day, next_day - 1 AS to_day, next_day - day - 1 AS days
FROM days
WHERE next_day - day > 1
ORDER BY platform, from_day
