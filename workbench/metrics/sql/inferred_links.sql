-- Per platform whose answers are inferred by the conversation rule: its messages of the month, and those that the rule
-- takes to answer another person's.
SELECT
    e.platform,
    count(*) AS messages,
    count(CASE WHEN i.turn_id = i.event_id THEN i.reply_to END) AS links
FROM inferred_replies AS i
JOIN events AS e ON e.event_id = i.event_id
WHERE e.occurred_at >= $month_start_at AND e.occurred_at < $month_end_at
GROUP BY e.platform
ORDER BY e.platform
