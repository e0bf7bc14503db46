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
    SELECT DISTINCT a.platform
    FROM account_day AS d
    JOIN accounts AS a ON a.member_id = d.member_id
    WHERE d.replies > 0 AND d.day < $month_end
),
-- From the roll-up, so that of the messages those of one day a person are read.
first_days AS (
    SELECT j.person_id, min(d.day) AS day
    FROM joiners AS j
    JOIN accounts AS a ON a.person_id = j.person_id
    JOIN account_day AS d ON d.member_id = a.member_id AND d.day >= j.joined_on
    WHERE d.posts + d.replies > 0 AND d.day < $month_end AND (d.deleted_at IS NULL OR d.deleted_at >= $month_end_at)
    GROUP BY j.person_id
    HAVING min(d.day) + INTERVAL 36 DAY <= $month_end
),
messages_in_order AS (
    SELECT
        f.person_id,
        a.platform,
        e.event_id,
        e.occurred_at,
        f.day,
        row_number() OVER (PARTITION BY f.person_id ORDER BY e.occurred_at, e.event_id) AS place
    FROM first_days AS f
    JOIN accounts AS a ON a.person_id = f.person_id
    JOIN events AS e ON e.member_id = a.member_id
    JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE
        e.occurred_at >= $since_at
        AND e.occurred_at < $month_end_at
        AND CAST(e.occurred_at + o.shift AS DATE) = f.day
        AND e.kind IN ('post', 'reply')
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
),
first_messages AS (
    SELECT m.person_id, m.event_id, m.occurred_at, m.day, l.platform IS NOT NULL AS can_be_seen
    FROM messages_in_order AS m
    LEFT JOIN linking AS l ON l.platform = m.platform
    WHERE m.place = 1
),
replies AS (
    SELECT f.person_id, e.member_id, e.occurred_at, e.kind, e.deleted_at
    FROM first_messages AS f
    JOIN events AS e ON e.reply_to = f.event_id
    WHERE
        e.occurred_at >= $since_at
        AND e.occurred_at >= f.occurred_at
        AND e.occurred_at <= f.occurred_at + INTERVAL 24 HOUR
    UNION ALL
    SELECT f.person_id, e.member_id, e.occurred_at, e.kind, e.deleted_at
    FROM first_messages AS f
    JOIN events AS e ON e.thread_id = f.event_id
    WHERE
        e.occurred_at >= $since_at
        AND e.occurred_at >= f.occurred_at
        AND e.occurred_at <= f.occurred_at + INTERVAL 24 HOUR
),
answered AS (
    SELECT DISTINCT r.person_id
    FROM replies AS r
    JOIN accounts AS a ON a.member_id = r.member_id
    JOIN people AS p ON p.person_id = a.person_id
    WHERE
        p.person_id <> r.person_id
        AND p.counted_as IN ('member', 'staff')
        AND r.kind IN ('post', 'reply')
        AND (r.deleted_at IS NULL OR r.deleted_at >= $month_end_at)
),
-- As active_days, for the newcomers alone: the history of everybody would be much to sum up.
active AS (
    SELECT DISTINCT f.person_id
    FROM first_messages AS f
    JOIN accounts AS a ON a.person_id = f.person_id
    JOIN account_day AS d
        ON d.member_id = a.member_id AND d.day >= f.day + INTERVAL 8 DAY AND d.day < f.day + INTERVAL 36 DAY
    WHERE d.contributions > 0 AND (d.deleted_at IS NULL OR d.deleted_at >= $month_end_at)
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
