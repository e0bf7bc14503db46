-- Which message of the month answers which: as the export tells it (a reply; a message of a thread answers what opens the
-- thread), and where no export tells it as the conversation rule infers it (is_inferred; from a turn to a turn); who
-- answers, as in people_events. On demand.
SELECT
    e.event_id,
    e.platform,
    e.person_id,
    e.counted_as,
    e.is_eligible,
    e.occurred_at,
    e.reply_to AS answered_id,
    false AS is_inferred
FROM people_events AS e
CROSS JOIN period AS t
WHERE e.reply_to IS NOT NULL AND e.occurred_at >= t.month_start_at AND e.kind IN ('post', 'reply')
UNION ALL
SELECT e.event_id, e.platform, e.person_id, e.counted_as, e.is_eligible, e.occurred_at, e.thread_id, false
FROM people_events AS e
CROSS JOIN period AS t
WHERE
    e.thread_id <> e.event_id
    AND (e.reply_to IS NULL OR e.reply_to <> e.thread_id)
    AND e.occurred_at >= t.month_start_at
    AND e.kind IN ('post', 'reply')
UNION ALL
SELECT
    e.event_id, e.platform, e.person_id, e.counted_as, e.is_eligible, e.occurred_at, coalesce(q.turn_id, i.reply_to), true
FROM inferred_replies AS i
LEFT JOIN inferred_replies AS q ON q.event_id = i.reply_to
JOIN people_events AS e ON e.event_id = i.event_id
CROSS JOIN period AS t
WHERE i.turn_id = i.event_id AND i.reply_to IS NOT NULL AND e.occurred_at >= t.month_start_at
