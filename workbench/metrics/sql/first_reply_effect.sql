-- Of the people who joined since $since and whose first message is at least 36 local days old at the month's end: those to
-- whom another human replied within 24 hours, and the others; and how many of each contributed in the days 8 to 35 after.
WITH joiners AS (
    SELECT person_id, joined_on
    FROM stays
    WHERE
        stay = 1
        AND join_kind <> 'opening'
        AND joined_on >= $since
        -- Who joined before the data begin may have written before.
        AND joined_on >= (SELECT min(day) FROM covered_days)
),
linking AS (
    SELECT platform FROM answering WHERE first_day < $month_end
),
-- From the roll-up, so that of the messages those of one day a person are read.
first_days AS (
    SELECT j.person_id, min(d.day) AS day
    FROM joiners AS j
    JOIN active_days AS d ON d.person_id = j.person_id AND d.day >= j.joined_on
    WHERE d.posts + d.replies > 0 AND d.day >= $since
    GROUP BY j.person_id
    HAVING min(d.day) + INTERVAL 36 DAY <= $month_end
),
bounds AS (
    -- The first instants of that day and of the next; a clock may change at midnight.
    SELECT
        f.person_id,
        f.day,
        min(
            CASE
                WHEN greatest(CAST(f.day AS TIMESTAMP) - o.shift, o.from_at) < o.to_at
                    THEN greatest(CAST(f.day AS TIMESTAMP) - o.shift, o.from_at)
            END
        ) AS start_at,
        min(
            CASE
                WHEN greatest(CAST(f.day + 1 AS TIMESTAMP) - o.shift, o.from_at) < o.to_at
                    THEN greatest(CAST(f.day + 1 AS TIMESTAMP) - o.shift, o.from_at)
            END
        ) AS stop_at
    FROM first_days AS f
    CROSS JOIN utc_offsets AS o
    GROUP BY f.person_id, f.day
),
messages_in_order AS (
    SELECT
        f.person_id,
        e.platform,
        e.event_id,
        e.occurred_at,
        f.day,
        row_number() OVER (PARTITION BY f.person_id ORDER BY e.occurred_at, e.event_id) AS place
    FROM bounds AS f
    JOIN people_events AS e ON e.person_id = f.person_id
    WHERE
        e.occurred_at >= $since_at
        AND e.occurred_at >= f.start_at
        AND e.occurred_at < f.stop_at
        AND e.kind IN ('post', 'reply')
),
first_messages AS (
    SELECT m.person_id, m.event_id, m.occurred_at, m.day, l.platform IS NOT NULL AS can_be_seen
    FROM messages_in_order AS m
    LEFT JOIN linking AS l ON l.platform = m.platform
    WHERE m.place = 1
),
replies AS (
    SELECT f.person_id, f.occurred_at AS written_at, e.person_id AS replied_by, e.occurred_at
    FROM first_messages AS f
    JOIN people_events AS e ON e.reply_to = f.event_id
    WHERE e.occurred_at >= $since_at AND e.kind IN ('post', 'reply') AND e.counted_as IN ('member', 'staff')
    UNION ALL
    SELECT f.person_id, f.occurred_at, e.person_id, e.occurred_at
    FROM first_messages AS f
    JOIN people_events AS e ON e.thread_id = f.event_id
    WHERE
        e.occurred_at >= $since_at
        AND e.kind IN ('post', 'reply')
        AND e.counted_as IN ('member', 'staff')
        -- What is found by reply_to is not sought again; nobody answers by opening.
        AND (e.reply_to IS NULL OR e.reply_to <> e.thread_id)
        AND e.thread_id <> e.event_id
),
answered AS (
    SELECT DISTINCT person_id
    FROM replies
    WHERE replied_by <> person_id AND occurred_at >= written_at AND occurred_at <= written_at + INTERVAL 24 HOUR
),
active AS (
    SELECT DISTINCT f.person_id
    FROM first_messages AS f
    JOIN active_days AS d
        ON d.person_id = f.person_id AND d.day >= f.day + INTERVAL 8 DAY AND d.day < f.day + INTERVAL 36 DAY
    WHERE d.contributions > 0 AND d.day >= $since
)
SELECT
    count(*) FILTER (WHERE f.can_be_seen AND w.person_id IS NOT NULL) AS answered,
    count(*) FILTER (WHERE f.can_be_seen AND w.person_id IS NOT NULL AND a.person_id IS NOT NULL) AS answered_active,
    count(*) FILTER (WHERE f.can_be_seen AND w.person_id IS NULL) AS unanswered,
    count(*) FILTER (WHERE f.can_be_seen AND w.person_id IS NULL AND a.person_id IS NOT NULL) AS unanswered_active,
    CASE
        WHEN count(*) = 0 THEN 'why.onboarding_no_first_messages'
        WHEN count(*) FILTER (WHERE f.can_be_seen) = 0 THEN 'why.responses_no_links'
    END AS why
FROM first_messages AS f
LEFT JOIN answered AS w ON w.person_id = f.person_id
LEFT JOIN active AS a ON a.person_id = f.person_id
