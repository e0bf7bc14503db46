-- Per group and ISO week of the month (by its Thursday): for how many minutes at least its owners and the team (staff,
-- moderators) were active in it. Actions of one person in one group at most 30 minutes apart are a session; a session
-- lasts from its first action to its last, at least 5 minutes, and belongs to the week in which it lies.
WITH weeks AS (
    SELECT CAST(date_trunc('week', d.day) AS DATE) AS week, count(*) AS covered_days
    FROM covered_days AS d
    WHERE d.day >= $weeks_start AND d.day < $weeks_end AND d.day < $month_end
    GROUP BY 1
),
judged AS (
    SELECT
        g.group_id,
        coalesce(g.name, g.group_id) AS group_name,
        CAST(g.created_at + o.shift AS DATE) AS created_on
    FROM groups AS g
    LEFT JOIN utc_offsets AS o ON g.created_at >= o.from_at AND g.created_at < o.to_at
    WHERE
        (g.archived_at IS NULL OR g.archived_at >= $month_end_at)
        AND NOT coalesce(g.read_only, false)
        AND coalesce(g.kind, '') <> 'direct'
        AND g.group_id IN (SELECT d.group_id FROM member_day AS d WHERE d.day < $month_end)
),
named AS (
    SELECT g.group_id, u.owner_id FROM groups AS g CROSS JOIN UNNEST(g.owner_ids) AS u(owner_id)
),
owners AS (
    SELECT n.group_id, a.person_id
    FROM named AS n
    JOIN accounts AS a ON a.member_id = n.owner_id
),
team AS (
    SELECT person_id
    FROM people
    WHERE counted_as = 'staff' OR (counted_as = 'member' AND role = 'moderator')
),
acts AS (
    SELECT e.group_id, e.member_id, e.occurred_at
    FROM events AS e
    WHERE
        e.occurred_at >= $weeks_start_at
        AND e.occurred_at < $month_end_at
        AND e.occurred_at < $weeks_end_at
        AND e.group_id IS NOT NULL
        AND NOT coalesce(e.time_approximate, false)
    UNION ALL
    SELECT e.group_id, m.moderator_id, m.acted_at
    FROM moderation AS m
    JOIN events AS e ON e.event_id = m.event_id
    WHERE
        m.acted_at >= $weeks_start_at
        AND m.acted_at < $month_end_at
        AND m.acted_at < $weeks_end_at
        AND e.group_id IS NOT NULL
),
managed AS (
    SELECT
        c.group_id,
        a.person_id,
        c.occurred_at,
        CAST(date_trunc('week', CAST(c.occurred_at + u.shift AS DATE)) AS DATE) AS week
    FROM acts AS c
    JOIN accounts AS a ON a.member_id = c.member_id
    JOIN utc_offsets AS u ON c.occurred_at >= u.from_at AND c.occurred_at < u.to_at
    LEFT JOIN owners AS w ON w.group_id = c.group_id AND w.person_id = a.person_id
    LEFT JOIN team AS t ON t.person_id = a.person_id
    WHERE w.person_id IS NOT NULL OR t.person_id IS NOT NULL
),
spaced AS (
    SELECT
        *,
        lag(occurred_at) OVER (PARTITION BY group_id, person_id, week ORDER BY occurred_at) AS acted_before
    FROM managed
),
numbered AS (
    SELECT
        *,
        sum(CASE WHEN acted_before IS NULL OR occurred_at > acted_before + INTERVAL 30 MINUTE THEN 1 ELSE 0 END) OVER (
            PARTITION BY group_id, person_id, week
            ORDER BY occurred_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS session
    FROM spaced
),
sessions AS (
    SELECT
        group_id,
        person_id,
        week,
        count(*) AS actions,
        greatest(5.0, extract(epoch FROM (max(occurred_at) - min(occurred_at))) / 60) AS minutes
    FROM numbered
    GROUP BY group_id, person_id, week, session
),
summed AS (
    SELECT
        group_id,
        week,
        CAST(sum(minutes) AS DOUBLE) AS minutes,
        count(DISTINCT person_id) AS people,
        count(*) AS sessions,
        CAST(sum(actions) AS BIGINT) AS actions
    FROM sessions
    GROUP BY group_id, week
),
known AS (
    SELECT (SELECT count(*) FROM team) + (SELECT count(*) FROM owners) AS managers
)
SELECT
    j.group_id,
    j.group_name,
    w.week,
    CASE WHEN k.managers > 0 THEN coalesce(s.minutes, 0) END AS minutes,
    coalesce(s.people, 0) AS people,
    coalesce(s.sessions, 0) AS sessions,
    coalesce(s.actions, 0) AS actions,
    w.covered_days < 7 AS partial,
    CASE WHEN k.managers > 0 AND w.covered_days = 7 THEN coalesce(s.minutes, 0) < 60 END AS under_an_hour,
    CASE WHEN k.managers = 0 THEN 'why.dialogue_no_managers' END AS why
FROM judged AS j
JOIN weeks AS w ON j.created_on IS NULL OR j.created_on < w.week + INTERVAL 7 DAY
CROSS JOIN known AS k
LEFT JOIN summed AS s ON s.group_id = j.group_id AND s.week = w.week
ORDER BY j.group_name, j.group_id, w.week
