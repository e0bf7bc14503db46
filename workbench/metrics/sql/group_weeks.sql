-- People active in each group in each of the last twelve weeks (7 local days, counted back from the end of the month):
-- wholly covered weeks in which the group was there from the first day on. Week 0 is the last.
WITH weeks AS (
    SELECT platform, CAST(floor(($month_end - day - 1) / 7.0) AS INTEGER) AS week
    FROM platform_days
    WHERE day >= $weeks_start AND day < $month_end
    GROUP BY platform, CAST(floor(($month_end - day - 1) / 7.0) AS INTEGER)
    HAVING count(*) = 7
),
first_days AS (
    SELECT group_id, min(day) AS first_on
    FROM member_day
    WHERE group_id IS NOT NULL AND day < $month_end
    GROUP BY group_id
),
known AS (
    SELECT
        f.group_id,
        split_part(f.group_id, ':', 1) AS platform,
        coalesce(CAST(g.created_at + o.shift AS DATE), f.first_on) AS since
    FROM first_days AS f
    LEFT JOIN groups AS g ON g.group_id = f.group_id
    LEFT JOIN utc_offsets AS o ON g.created_at >= o.from_at AND g.created_at < o.to_at
),
active AS (
    SELECT
        group_id,
        CAST(floor(($month_end - day - 1) / 7.0) AS INTEGER) AS week,
        count(DISTINCT person_id) AS people
    FROM group_days
    WHERE is_eligible AND contributions > 0 AND day >= $weeks_start
    GROUP BY group_id, CAST(floor(($month_end - day - 1) / 7.0) AS INTEGER)
)
SELECT k.group_id, w.week, coalesce(a.people, 0) AS people
FROM known AS k
JOIN weeks AS w ON w.platform = k.platform AND k.since <= $month_end - 7 * (w.week + 1)
LEFT JOIN active AS a ON a.group_id = k.group_id AND a.week = w.week
ORDER BY k.group_id, w.week DESC
