-- Per platform: the days its exports cover, gaps between them, days of this month, and what the exports tell.
WITH days AS (
    SELECT platform, day, lag(day) OVER (PARTITION BY platform ORDER BY day) AS day_before FROM platform_days
),
spans AS (
    SELECT
        platform,
        min(day) AS first_day,
        max(day) AS last_day,
        count(*) AS days,
        count(*) FILTER (WHERE day - day_before > 1) AS gaps,
        count(*) FILTER (WHERE day >= $month_start AND day < $month_end) AS month_days
    FROM days
    GROUP BY platform
),
files AS (
    SELECT platform, count(*) AS imports FROM imports GROUP BY platform
)
SELECT
    s.platform,
    s.first_day,
    s.last_day,
    s.days,
    s.gaps,
    s.month_days,
    s.month_days < $month_end - $month_start AS partial,
    coalesce(f.imports, 0) AS imports,
    k.tells_joins,
    k.tells_leaves,
    k.tells_visits
FROM spans AS s
JOIN tells AS k ON k.platform = s.platform
LEFT JOIN files AS f ON f.platform = s.platform
ORDER BY s.platform
