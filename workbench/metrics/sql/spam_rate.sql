-- Messages removed or flagged by moderators in the month, messages of humans in it, and the median hours from post to removal.
-- A message counts once, however often it was acted on; an action that names no message counts as one. Removed messages that
-- an export no longer holds are messages all the same, and stand below the line too. The time of a message is that of the
-- data (the last 90 days before the month are looked at) or, for Slack, the one that is its id.
WITH acted AS (
    SELECT
        coalesce(event_id, 'action ' || action_id) AS message_id,
        max(CASE WHEN action = 'remove' THEN 1 ELSE 0 END) AS is_removed,
        min(CASE WHEN action = 'remove' THEN acted_at END) AS removed_at
    FROM moderation
    WHERE action IN ('remove', 'flag') AND acted_at >= $month_start_at AND acted_at < $month_end_at
    GROUP BY coalesce(event_id, 'action ' || action_id)
),
found AS (
    SELECT
        c.is_removed,
        e.event_id IS NULL AS is_missing,
        CASE
            WHEN e.event_id IS NOT NULL THEN extract(epoch FROM (c.removed_at - e.occurred_at)) / 3600
            WHEN regexp_matches(c.message_id, '^slack:[^:]+:[0-9]+[.][0-9]+$')
                THEN (extract(epoch FROM c.removed_at) - CAST(split_part(c.message_id, ':', 3) AS DOUBLE)) / 3600
        END AS hours
    FROM acted AS c
    LEFT JOIN events AS e
        ON e.event_id = c.message_id
        AND e.occurred_at >= $month_start_at - INTERVAL 90 DAY
        AND e.occurred_at < $month_end_at
),
counted AS (
    SELECT
        count(*) AS numerator,
        count(*) FILTER (WHERE is_removed = 1) AS removed,
        count(*) FILTER (WHERE is_removed = 0) AS flagged,
        count(*) FILTER (WHERE is_missing) AS missing,
        count(hours) AS removals_timed,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN hours < 0 THEN 0 ELSE hours END) AS removal_hours
    FROM found
),
messages_of_humans AS (
    SELECT coalesce(sum(d.posts + d.replies), 0) AS messages
    FROM account_day AS d
    LEFT JOIN accounts AS a ON a.member_id = d.member_id
    LEFT JOIN people AS p ON p.person_id = a.person_id
    WHERE d.day >= $month_start AND d.day < $month_end AND coalesce(p.counted_as, 'member') IN ('member', 'staff')
)
SELECT
    c.numerator,
    CAST(m.messages + c.missing AS BIGINT) AS denominator,
    c.removed,
    c.flagged,
    c.removal_hours,
    c.removals_timed
FROM counted AS c
CROSS JOIN messages_of_humans AS m
