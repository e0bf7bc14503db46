-- Who answered whom in the 28 local days before the end of the month: from the member who replied to the member whose
-- message, else thread, was answered, told by the export or inferred. Staff and bots are at neither end, nobody answers
-- themselves.
WITH written AS (
    SELECT
        e.person_id,
        coalesce(e.thread_id, e.reply_to) AS thread_id,
        coalesce(e.reply_to, e.thread_id) AS answered_id,
        e.target_member_id
    FROM people_events AS e
    WHERE
        e.is_eligible
        AND e.occurred_at >= $window_start_at
        AND e.kind IN ('post', 'reply')
        AND (e.kind = 'reply' OR e.reply_to IS NOT NULL)
),
addressed AS (
    SELECT w.person_id, a.person_id AS author_id, w.thread_id
    FROM written AS w
    JOIN accounts AS a ON a.member_id = w.target_member_id
    UNION ALL
    -- Where the export does not name whom they answered: the author of that message, else of the thread.
    SELECT w.person_id, a.person_id, w.thread_id
    FROM written AS w
    JOIN events AS o ON o.event_id = w.answered_id
    JOIN accounts AS a ON a.member_id = o.member_id
    WHERE w.target_member_id IS NULL AND o.occurred_at < $month_end_at
    UNION ALL
    SELECT i.person_id, i.answered_person_id, coalesce(q.turn_id, i.reply_to)
    FROM inferred_replies AS i
    LEFT JOIN inferred_replies AS q ON q.event_id = i.reply_to
    LEFT JOIN ineligible AS x ON x.person_id = i.person_id
    WHERE
        i.turn_id = i.event_id AND i.reply_to IS NOT NULL AND i.occurred_at >= $window_start_at AND x.person_id IS NULL
)
SELECT d.person_id AS member_id, d.author_id, count(*) AS replies, count(DISTINCT d.thread_id) AS threads
FROM addressed AS d
JOIN eligible AS e ON e.person_id = d.author_id
WHERE d.author_id <> d.person_id
GROUP BY d.person_id, d.author_id
ORDER BY d.person_id, d.author_id
