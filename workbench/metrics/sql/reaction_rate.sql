-- Posts and replies of eligible members in the month: all, and those to which another human reacted before its end, or
-- that carry reactions whose givers the export does not name. Only on platforms whose exports hold reactions at all.
WITH written AS (
    SELECT e.event_id, a.person_id, a.platform
    FROM events AS e
    JOIN accounts AS a ON a.member_id = e.member_id
    JOIN eligible AS p ON p.person_id = a.person_id
    WHERE
        e.occurred_at >= $month_start_at
        AND e.occurred_at < $month_end_at
        AND e.kind IN ('post', 'reply')
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
),
unnamed AS (
    SELECT DISTINCT w.event_id, w.platform
    FROM reaction_counts AS c
    JOIN written AS w ON w.event_id = c.event_id
    WHERE c.count > 0
),
telling AS (
    SELECT a.platform
    FROM account_day AS d
    JOIN accounts AS a ON a.member_id = d.member_id
    WHERE d.reactions > 0 AND d.day < $month_end
    UNION
    SELECT platform FROM unnamed
),
named AS (
    SELECT DISTINCT w.event_id
    FROM events AS e
    JOIN written AS w ON w.event_id = e.reply_to
    JOIN accounts AS a ON a.member_id = e.member_id
    JOIN people AS p ON p.person_id = a.person_id
    WHERE
        e.kind = 'reaction'
        AND e.occurred_at >= $month_start_at
        AND e.occurred_at < $month_end_at
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
        AND p.counted_as IN ('member', 'staff')
        AND a.person_id <> w.person_id
),
met AS (
    SELECT event_id FROM named UNION SELECT event_id FROM unnamed
)
SELECT
    count(CASE WHEN t.platform IS NOT NULL THEN m.event_id END) AS numerator,
    count(t.platform) AS denominator,
    CASE WHEN count(*) = 0 THEN 'why.dialogue_no_messages' ELSE 'why.dialogue_no_reactions' END AS why
FROM written AS w
LEFT JOIN telling AS t ON t.platform = w.platform
LEFT JOIN met AS m ON m.event_id = w.event_id
