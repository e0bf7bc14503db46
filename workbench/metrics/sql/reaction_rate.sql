-- Posts and replies of eligible members in the month: all, and those to which another human reacted before its end, or
-- that carry reactions whose givers the export does not name. Only on platforms whose exports hold reactions at all.
WITH written AS (
    SELECT e.event_id, e.person_id, e.platform
    FROM people_events AS e
    WHERE
        e.is_eligible
        AND e.occurred_at >= $month_start_at
        AND e.kind IN ('post', 'reply')
),
unnamed AS (
    SELECT DISTINCT w.event_id, w.platform
    FROM reaction_counts AS c
    JOIN written AS w ON w.event_id = c.event_id
    WHERE c.count > 0
),
telling AS (
    SELECT platform FROM answering WHERE first_reaction_on < $month_end
    UNION
    SELECT platform FROM unnamed
),
named AS (
    SELECT DISTINCT w.event_id
    FROM people_events AS e
    JOIN written AS w ON w.event_id = e.reply_to
    WHERE
        e.kind = 'reaction'
        AND e.occurred_at >= $month_start_at
        AND e.counted_as IN ('member', 'staff')
        AND e.person_id <> w.person_id
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
