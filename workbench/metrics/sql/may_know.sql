-- Texts that started a thread since $similar_start_at, up to the end of the month, with each eligible member who answered
-- there, is still a member and was active in the last 90 days: at most the 20 000 newest of such pairs, with or without
-- a text that is known.
WITH active AS (
    SELECT DISTINCT d.person_id
    FROM active_days AS d
    JOIN month_members AS m ON m.person_id = d.person_id AND m.at_closing
    WHERE
        d.contributions > 0
        AND d.day >= $ninety_days_before
        AND d.day < $month_end
        AND d.person_id NOT IN (
            SELECT person_id FROM bans WHERE banned_on < $month_end AND (lifted_on IS NULL OR lifted_on >= $month_end)
        )
),
written AS (
    SELECT e.person_id, e.event_id, e.thread_id, e.reply_to
    FROM people_events AS e
    JOIN active AS p ON p.person_id = e.person_id
    WHERE
        e.occurred_at >= $similar_start_at
        AND e.kind IN ('post', 'reply')
),
answered AS (
    SELECT person_id, thread_id AS opener_id FROM written WHERE thread_id <> event_id
    UNION
    SELECT person_id, reply_to FROM written WHERE reply_to IS NOT NULL
),
newest AS (
    SELECT n.person_id, o.event_id, o.occurred_at
    FROM answered AS n
    JOIN events AS o ON o.event_id = n.opener_id
    JOIN accounts AS a ON a.member_id = o.member_id
    WHERE
        o.occurred_at >= $similar_start_at
        AND o.occurred_at < $month_end_at
        AND o.kind = 'post'
        AND (o.thread_id IS NULL OR o.thread_id = o.event_id)
        AND (o.deleted_at IS NULL OR o.deleted_at >= $month_end_at)
        AND a.person_id <> n.person_id
    ORDER BY o.occurred_at DESC, o.event_id, n.person_id
    LIMIT 20000
)
SELECT n.event_id, n.person_id AS member_id, p.display_name, m.text
FROM newest AS n
JOIN people AS p ON p.person_id = n.person_id
LEFT JOIN messages AS m
    ON m.event_id = n.event_id AND m.occurred_at >= $similar_start_at AND m.occurred_at < $month_end_at
ORDER BY n.occurred_at DESC, n.event_id, n.person_id
