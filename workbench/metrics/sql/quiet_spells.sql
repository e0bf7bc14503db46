-- Runs of at least $amber_days covered local days of the month (and before) without an eligible contribution, per group.
-- Left out: archived and read-only groups, private conversations, groups younger than 14 days at the end of the month.
-- A day that the data do not cover ends a run: nobody knows what happened on it.
WITH active AS (
    SELECT group_id, day, CAST(sum(contributions) AS BIGINT) AS contributions
    FROM group_days
    WHERE is_eligible AND contributions > 0
    GROUP BY group_id, day
),
first_days AS (
    SELECT group_id, min(day) AS first_day FROM member_day WHERE group_id IS NOT NULL GROUP BY group_id
),
judged AS (
    SELECT
        f.group_id,
        coalesce(g.name, f.group_id) AS group_name,
        split_part(f.group_id, ':', 1) AS platform,
        coalesce(CAST(g.created_at + o.shift AS DATE), f.first_day) AS since
    FROM first_days AS f
    LEFT JOIN groups AS g ON g.group_id = f.group_id
    LEFT JOIN utc_offsets AS o ON g.created_at >= o.from_at AND g.created_at < o.to_at
    WHERE
        (g.archived_at IS NULL OR g.archived_at >= $month_end_at)
        AND NOT coalesce(g.read_only, false)
        AND coalesce(g.kind, '') <> 'direct'
        AND coalesce(CAST(g.created_at + o.shift AS DATE), f.first_day) <= $month_end - 14
),
silent AS (
    SELECT
        j.group_id,
        p.day,
        p.day - CAST(row_number() OVER (PARTITION BY j.group_id ORDER BY p.day) AS INTEGER) AS run
    FROM judged AS j
    JOIN platform_days AS p ON p.platform = j.platform AND p.day >= j.since AND p.day < $month_end
    LEFT JOIN active AS a ON a.group_id = j.group_id AND a.day = p.day
    WHERE a.day IS NULL
),
runs AS (
    SELECT group_id, min(day) AS start_on, max(day) AS end_on, count(*) AS days
    FROM silent
    GROUP BY group_id, run
    HAVING count(*) >= $amber_days AND max(day) >= $month_start
),
ends AS (
    -- The first eligible contribution after the silence, where there was one.
    SELECT r.group_id, r.start_on, min(e.occurred_at) AS broken_at
    FROM runs AS r
    JOIN people_events AS e ON e.group_id = r.group_id
    JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE
        e.is_eligible
        AND e.occurred_at >= $month_start_at
        AND e.kind IN ('post', 'reply', 'poll_vote')
        AND CAST(e.occurred_at + o.shift AS DATE) = r.end_on + 1
    GROUP BY r.group_id, r.start_on
),
noticed AS (
    -- A message of the team in the silence, at most 72 hours before it ended; or a prompt that the log names.
    SELECT b.group_id, b.start_on, e.event_id, e.occurred_at
    FROM ends AS b
    JOIN people_events AS e ON e.group_id = b.group_id
    JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE
        e.occurred_at >= $month_start_at - INTERVAL 72 HOUR
        AND e.occurred_at < b.broken_at
        AND e.occurred_at >= b.broken_at - INTERVAL 72 HOUR
        AND CAST(e.occurred_at + o.shift AS DATE) >= b.start_on
        AND e.kind = 'post'
        AND e.counted_as = 'staff'
    UNION ALL
    SELECT b.group_id, b.start_on, NULL, l.noted_at
    FROM ends AS b
    JOIN log AS l ON l.group_id = b.group_id
    JOIN utc_offsets AS o ON l.noted_at >= o.from_at AND l.noted_at < o.to_at
    WHERE
        l.kind = 'prompt'
        AND l.noted_at < b.broken_at
        AND l.noted_at >= b.broken_at - INTERVAL 72 HOUR
        AND CAST(l.noted_at + o.shift AS DATE) >= b.start_on
),
prompts AS (
    -- The last message, for it tells who replied; else the last entry of the log.
    SELECT
        group_id,
        start_on,
        event_id,
        occurred_at,
        row_number() OVER (
            PARTITION BY group_id, start_on
            ORDER BY CASE WHEN event_id IS NULL THEN 1 ELSE 0 END, occurred_at DESC, event_id
        ) AS place
    FROM noticed
),
replies AS (
    -- To an entry of the log nobody can reply: there, whoever wrote in the group.
    SELECT q.group_id, q.start_on, count(DISTINCT e.person_id) AS people
    FROM prompts AS q
    JOIN people_events AS e ON e.group_id = q.group_id
    WHERE
        e.is_eligible
        AND q.place = 1
        AND (
            (e.kind = 'reply' AND (e.thread_id = q.event_id OR e.reply_to = q.event_id))
            OR (q.event_id IS NULL AND e.kind IN ('post', 'reply'))
        )
        AND e.occurred_at >= $month_start_at - INTERVAL 72 HOUR
        AND e.occurred_at >= q.occurred_at
        AND e.occurred_at < q.occurred_at + INTERVAL 72 HOUR
    GROUP BY q.group_id, q.start_on
),
before AS (
    SELECT r.group_id, r.start_on, CAST(sum(a.contributions) AS BIGINT) AS contributions
    FROM runs AS r
    JOIN active AS a ON a.group_id = r.group_id AND a.day < r.start_on AND a.day >= r.start_on - 28
    GROUP BY r.group_id, r.start_on
)
SELECT
    r.group_id,
    j.group_name,
    r.start_on,
    r.end_on,
    r.days,
    r.end_on = $month_end - 1 AS is_current,
    CASE
        WHEN r.end_on < $month_end - 1 THEN NULL
        WHEN r.days >= $red_days THEN 'red'
        ELSE 'amber'
    END AS level,
    coalesce(b.contributions, 0) AS contributions_before,
    CASE WHEN s.broken_at IS NOT NULL THEN q.place IS NOT NULL END AS ended_by_prompt,
    CASE WHEN q.place IS NOT NULL THEN coalesce(n.people, 0) END AS prompt_replies
FROM runs AS r
JOIN judged AS j ON j.group_id = r.group_id
LEFT JOIN before AS b ON b.group_id = r.group_id AND b.start_on = r.start_on
LEFT JOIN ends AS s ON s.group_id = r.group_id AND s.start_on = r.start_on
LEFT JOIN prompts AS q ON q.group_id = r.group_id AND q.start_on = r.start_on AND q.place = 1
LEFT JOIN replies AS n ON n.group_id = r.group_id AND n.start_on = r.start_on
ORDER BY is_current DESC, contributions_before DESC, r.days DESC, r.group_id, r.start_on
