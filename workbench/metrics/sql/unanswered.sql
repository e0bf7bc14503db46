-- Openers of the month still without an answer by another human at its end, after 24 hours or more, oldest first; with
-- the first 160 characters of what was written.
SELECT
    o.event_id,
    o.opened_at,
    o.opened_at + u.shift AS opened_at_local,
    o.age_hours AS waiting_hours,
    CASE WHEN o.age_hours >= 168 THEN 168 WHEN o.age_hours >= 72 THEN 72 ELSE 24 END AS waiting_over_hours,
    o.person_id AS member_id,
    p.display_name,
    o.group_id,
    coalesce(g.name, o.group_id) AS group_name,
    o.platform,
    substring(m.text, 1, 160) AS text
FROM openers AS o
JOIN people AS p ON p.person_id = o.person_id
JOIN utc_offsets AS u ON o.opened_at >= u.from_at AND o.opened_at < u.to_at
LEFT JOIN groups AS g ON g.group_id = o.group_id
LEFT JOIN messages AS m
    ON m.event_id = o.event_id AND m.occurred_at >= $month_start_at AND m.occurred_at < $month_end_at
WHERE
    o.answered_at IS NULL
    AND o.can_be_answered
    AND o.age_hours >= 24
    AND (o.is_question OR NOT $questions_only)
ORDER BY o.opened_at, o.event_id
