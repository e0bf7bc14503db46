-- First and last local day on which an account left any trace: an event, a reaction, a system line of a group; and the
-- first days of a message, a reply and a reaction, whatever was deleted since.
WITH traces AS (
    SELECT member_id, first_day, last_day, first_message_on, first_reply_on, first_reaction_on
    FROM account_month
    WHERE member_id IS NOT NULL
    UNION ALL
    SELECT m.member_id, CAST(m.start_at + o.shift AS DATE), CAST(m.start_at + o.shift AS DATE), NULL, NULL, NULL
    FROM memberships AS m
    JOIN utc_offsets AS o ON m.start_at >= o.from_at AND m.start_at < o.to_at
    WHERE m.group_id IS NOT NULL
    UNION ALL
    SELECT m.member_id, CAST(m.end_at + o.shift AS DATE), CAST(m.end_at + o.shift AS DATE), NULL, NULL, NULL
    FROM memberships AS m
    JOIN utc_offsets AS o ON m.end_at >= o.from_at AND m.end_at < o.to_at
    WHERE m.group_id IS NOT NULL
)
SELECT
    member_id,
    min(first_day) AS first_day,
    max(last_day) AS last_day,
    min(first_message_on) AS first_message_on,
    min(first_reply_on) AS first_reply_on,
    min(first_reaction_on) AS first_reaction_on
FROM traces
GROUP BY member_id
