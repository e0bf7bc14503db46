-- Messages of the last 90 local days to which most people reacted, then which most people answered, and that are no resource
-- yet. A person counts once, however often; the author does not. Where nobody is named as giver, the count of the most
-- frequent reaction stands for people.
WITH written AS (
    SELECT e.event_id, e.occurred_at, e.group_id, e.person_id
    FROM people_events AS e
    WHERE
        e.occurred_at >= $since_at
        AND e.kind IN ('post', 'reply')
        AND e.counted_as IN ('member', 'staff')
        AND e.event_id NOT IN (SELECT r.resource_id FROM resources AS r)
),
given AS (
    SELECT e.reply_to, e.thread_id, e.event_id, e.kind, e.person_id
    FROM people_events AS e
    WHERE
        e.occurred_at >= $since_at
        AND e.kind IN ('reply', 'reaction')
        AND e.counted_as IN ('member', 'staff')
),
pointed AS (
    SELECT reply_to AS target_id, person_id, kind FROM given WHERE reply_to IS NOT NULL
    UNION ALL
    SELECT thread_id, person_id, kind FROM given WHERE kind = 'reply' AND thread_id IS NOT NULL AND thread_id <> event_id
),
pairs AS (
    SELECT target_id, person_id, bool_or(kind = 'reaction') AS reacted, bool_or(kind = 'reply') AS answered
    FROM pointed
    GROUP BY target_id, person_id
),
met AS (
    SELECT
        w.event_id,
        count(*) AS people,
        count(CASE WHEN p.reacted THEN 1 END) AS reacted,
        count(CASE WHEN p.answered THEN 1 END) AS answered
    FROM written AS w
    JOIN pairs AS p ON p.target_id = w.event_id AND p.person_id <> w.person_id
    GROUP BY w.event_id
),
unnamed AS (
    SELECT c.event_id, CAST(max(c.count) AS BIGINT) AS at_least
    FROM reaction_counts AS c
    JOIN written AS w ON w.event_id = c.event_id
    GROUP BY c.event_id
),
summed AS (
    SELECT
        w.*,
        CASE WHEN coalesce(m.reacted, 0) = 0 THEN coalesce(u.at_least, 0) ELSE m.reacted END AS reacted,
        coalesce(m.answered, 0) AS answered,
        CASE WHEN coalesce(m.reacted, 0) = 0 THEN greatest(coalesce(m.people, 0), coalesce(u.at_least, 0)) ELSE m.people END
            AS people
    FROM written AS w
    LEFT JOIN met AS m ON m.event_id = w.event_id
    LEFT JOIN unnamed AS u ON u.event_id = w.event_id
    WHERE m.event_id IS NOT NULL OR u.event_id IS NOT NULL
),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY reacted DESC, answered DESC, occurred_at, event_id) AS place
    FROM summed
    WHERE people >= $least
)
SELECT
    CAST(r.place AS INTEGER) AS rank,
    r.event_id,
    CAST(r.occurred_at + o.shift AS DATE) AS written_on,
    r.person_id AS member_id,
    p.display_name,
    r.group_id,
    coalesce(g.name, r.group_id) AS group_name,
    r.people,
    r.reacted,
    r.answered,
    substring(m.text, 1, 160) AS text
FROM ranked AS r
JOIN people AS p ON p.person_id = r.person_id
JOIN utc_offsets AS o ON r.occurred_at >= o.from_at AND r.occurred_at < o.to_at
LEFT JOIN groups AS g ON g.group_id = r.group_id
LEFT JOIN messages AS m ON m.event_id = r.event_id AND m.occurred_at >= $since_at AND m.occurred_at < $month_end_at
WHERE r.place <= $most
ORDER BY r.place
