-- Openers of the month still without an answer by another human at its end, after 24 hours or more, oldest first.
SELECT
    o.event_id,
    o.opened_at,
    o.age_hours AS waiting_hours,
    CASE WHEN o.age_hours >= 168 THEN 168 WHEN o.age_hours >= 72 THEN 72 ELSE 24 END AS waiting_over_hours,
    o.person_id AS member_id,
    p.display_name,
    o.group_id,
    g.name AS group_name,
    o.platform
FROM openers AS o
JOIN people AS p ON p.person_id = o.person_id
LEFT JOIN groups AS g ON g.group_id = o.group_id
WHERE
    o.answered_at IS NULL
    AND o.can_be_answered
    AND o.age_hours >= 24
    AND (o.is_question OR NOT $questions_only)
ORDER BY o.opened_at, o.event_id
