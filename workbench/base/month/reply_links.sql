-- Which message answers which, up to the end of the month: as the export tells it (a reply; a message of a thread answers
-- what opens the thread), and where no export tells it as the conversation rule infers it (is_inferred; of the month's
-- messages, from a turn to a turn); who answers, as in people_events. Questions say since when: $month_start_at.
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
WHERE e.reply_to IS NOT NULL AND e.kind IN ('post', 'reply')
UNION ALL
SELECT e.event_id, e.platform, e.person_id, e.counted_as, e.is_eligible, e.occurred_at, e.thread_id, false
FROM people_events AS e
WHERE
    e.thread_id <> e.event_id
    AND (e.reply_to IS NULL OR e.reply_to <> e.thread_id)
    AND e.kind IN ('post', 'reply')
UNION ALL
SELECT
    i.event_id,
    i.platform,
    i.person_id,
    coalesce(x.counted_as, 'member'),
    x.person_id IS NULL,
    i.occurred_at,
    coalesce(q.turn_id, i.reply_to),
    true
FROM inferred_replies AS i
LEFT JOIN inferred_replies AS q ON q.event_id = i.reply_to
LEFT JOIN ineligible AS x ON x.person_id = i.person_id
WHERE i.turn_id = i.event_id AND i.reply_to IS NOT NULL
