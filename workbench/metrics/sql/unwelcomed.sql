-- Newcomers of the month who are still members at its end, and to whom no human has replied and whom none has mentioned:
-- those who have written first, then those who joined first. With the first 160 characters of what they first wrote.
SELECT
    n.person_id AS member_id,
    p.display_name,
    n.joined_on,
    $month_end - n.joined_on AS days_since_joining,
    n.first_message_id IS NOT NULL AS has_written,
    n.greeted_by_bot,
    n.first_message_at,
    n.first_message_at + u.shift AS first_message_at_local,
    coalesce(g.name, n.group_id) AS group_name,
    substring(t.text, 1, 160) AS text,
    n.first_message_id AS event_id
FROM newcomers AS n
JOIN people AS p ON p.person_id = n.person_id
JOIN month_members AS m ON m.person_id = n.person_id AND m.at_closing
LEFT JOIN utc_offsets AS u ON n.first_message_at >= u.from_at AND n.first_message_at < u.to_at
LEFT JOIN groups AS g ON g.group_id = n.group_id
LEFT JOIN messages AS t
    ON t.event_id = n.first_message_id AND t.occurred_at >= $month_start_at AND t.occurred_at < $month_end_at
WHERE
    n.welcomed_at IS NULL
    AND n.can_be_seen
    AND n.person_id NOT IN (
        SELECT person_id FROM bans WHERE banned_on < $month_end AND (lifted_on IS NULL OR lifted_on >= $month_end)
    )
ORDER BY CASE WHEN n.first_message_id IS NULL THEN 1 ELSE 0 END, n.first_message_at, n.joined_on, n.person_id
