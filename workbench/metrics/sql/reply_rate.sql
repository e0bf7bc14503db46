-- Threads that eligible members started in the month, at least 72 hours before its end: all, and those with a message by
-- another human within 72 hours. Only on platforms whose export links answers to what they answer, and in chats where they
-- are inferred: there a thread is started by what begins something.
WITH linking AS (
    SELECT platform FROM answering WHERE first_day < $month_end
),
started AS (
    SELECT
        e.event_id,
        e.occurred_at,
        e.person_id,
        l.platform IS NOT NULL OR q.event_id IS NOT NULL AS is_linked,
        e.occurred_at <= $month_end_at - INTERVAL 72 HOUR AS is_old_enough
    FROM people_events AS e
    LEFT JOIN linking AS l ON l.platform = e.platform
    LEFT JOIN inferred_replies AS q ON q.event_id = e.event_id
    WHERE
        e.is_eligible
        AND e.occurred_at >= $month_start_at
        AND e.kind = 'post'
        AND (e.thread_id IS NULL OR e.thread_id = e.event_id)
        AND e.reply_to IS NULL
        AND (q.event_id IS NULL OR (q.turn_id = q.event_id AND q.reply_to IS NULL))
),
answers AS (
    SELECT answered_id AS opener_id, occurred_at, person_id
    FROM reply_links
    WHERE occurred_at >= $month_start_at AND counted_as IN ('member', 'staff')
),
replied AS (
    SELECT DISTINCT s.event_id
    FROM started AS s
    JOIN answers AS a ON a.opener_id = s.event_id
    WHERE
        a.person_id <> s.person_id
        AND a.occurred_at >= s.occurred_at
        AND a.occurred_at <= s.occurred_at + INTERVAL 72 HOUR
)
SELECT
    count(CASE WHEN s.is_linked AND s.is_old_enough THEN r.event_id END) AS numerator,
    count(CASE WHEN s.is_linked AND s.is_old_enough THEN s.event_id END) AS denominator,
    CASE
        WHEN count(*) = 0 THEN 'why.dialogue_no_threads'
        WHEN count(CASE WHEN s.is_linked THEN 1 END) = 0 THEN 'why.responses_no_links'
        ELSE 'why.dialogue_threads_too_young'
    END AS why
FROM started AS s
LEFT JOIN replied AS r ON r.event_id = s.event_id
