-- Who joined for the first time in the month, what they first wrote, and who welcomed them before its end.
-- A welcome is a reply to the first message (explicit, in the thread that it opens, or inferred), or a mention of the
-- newcomer.
-- It is waited for since what the newcomer did last before it: joining, or the first message.
-- can_be_seen: the export of the newcomer's platform links replies to messages, or names who is mentioned; or replies
-- are inferred there.
WITH joiners AS (
    SELECT person_id, joined_on, join_kind
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening' AND joined_on >= $month_start AND joined_on < $month_end
),
joins AS (
    SELECT member_id, joined_at FROM members WHERE joined_at >= $month_start_at AND joined_at < $month_end_at
    UNION ALL
    SELECT member_id, start_at
    FROM memberships
    WHERE group_id IS NULL AND start_at >= $month_start_at AND start_at < $month_end_at
),
joined AS (
    SELECT
        j.person_id,
        j.joined_on,
        j.join_kind,
        min(CASE WHEN CAST(i.joined_at + o.shift AS DATE) = j.joined_on THEN i.joined_at END) AS joined_at
    FROM joiners AS j
    JOIN accounts AS a ON a.person_id = j.person_id
    LEFT JOIN joins AS i ON i.member_id = a.member_id
    LEFT JOIN utc_offsets AS o ON i.joined_at >= o.from_at AND i.joined_at < o.to_at
    GROUP BY j.person_id, j.joined_on, j.join_kind
),
said AS (
    SELECT e.event_id, e.thread_id, e.reply_to, e.mentions, e.group_id, e.occurred_at, e.person_id, e.counted_as
    FROM people_events AS e
    WHERE
        e.occurred_at >= $month_start_at
        AND e.kind IN ('post', 'reply')
        AND e.counted_as IN ('member', 'staff', 'bot')
),
messages_in_order AS (
    SELECT
        s.person_id,
        s.event_id,
        s.group_id,
        s.occurred_at,
        row_number() OVER (PARTITION BY s.person_id ORDER BY s.occurred_at, s.event_id) AS place
    FROM said AS s
    JOIN joined AS j ON j.person_id = s.person_id
    JOIN utc_offsets AS o ON s.occurred_at >= o.from_at AND s.occurred_at < o.to_at
    WHERE CAST(s.occurred_at + o.shift AS DATE) >= j.joined_on
),
known AS (
    SELECT
        j.person_id,
        j.joined_on,
        j.join_kind,
        j.joined_at,
        f.event_id AS first_message_id,
        f.group_id,
        f.occurred_at AS first_message_at
    FROM joined AS j
    LEFT JOIN messages_in_order AS f ON f.person_id = j.person_id AND f.place = 1
    WHERE j.joined_at IS NOT NULL OR f.occurred_at IS NOT NULL
),
mentioned AS (
    SELECT s.person_id, s.counted_as, s.occurred_at, m.member_id
    FROM said AS s
    CROSS JOIN UNNEST(s.mentions) AS m(member_id)
),
linking AS (
    SELECT platform FROM answering WHERE first_day < $month_end
    UNION
    SELECT a.platform FROM mentioned AS m JOIN accounts AS a ON a.member_id = m.member_id
    UNION
    SELECT platform FROM reply_links WHERE is_inferred
),
greetings AS (
    SELECT k.person_id, r.counted_as, r.occurred_at
    FROM known AS k
    JOIN reply_links AS r ON r.answered_id = k.first_message_id
    WHERE
        r.person_id <> k.person_id
        AND r.occurred_at >= $month_start_at
        AND r.occurred_at >= k.first_message_at
        AND r.counted_as IN ('member', 'staff', 'bot')
    UNION ALL
    SELECT k.person_id, m.counted_as, m.occurred_at
    FROM mentioned AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    JOIN known AS k ON k.person_id = a.person_id
    WHERE m.person_id <> k.person_id AND (m.occurred_at >= k.joined_at OR m.occurred_at >= k.first_message_at)
),
waited AS (
    SELECT
        g.person_id,
        g.counted_as = 'bot' AS by_bot,
        g.occurred_at,
        CASE
            WHEN k.joined_at IS NULL OR g.occurred_at < k.joined_at THEN k.first_message_at
            WHEN k.first_message_at IS NULL OR g.occurred_at < k.first_message_at THEN k.joined_at
            ELSE greatest(k.joined_at, k.first_message_at)
        END AS since
    FROM greetings AS g
    JOIN known AS k ON k.person_id = g.person_id
),
timed AS (
    SELECT *, extract(epoch FROM (occurred_at - since)) / 3600 AS hours FROM waited
),
-- Of those within 48 hours the first by time; its wait is not always the shortest.
first_ones AS (
    SELECT
        person_id,
        min(CASE WHEN NOT by_bot THEN occurred_at END) AS welcomed_at,
        min(CASE WHEN NOT by_bot AND hours <= 48 THEN occurred_at END) AS in_time_at,
        min(CASE WHEN by_bot AND hours <= 48 THEN occurred_at END) AS by_bot_at
    FROM timed
    GROUP BY person_id
)
SELECT
    k.person_id,
    k.joined_on,
    k.join_kind,
    k.joined_at,
    k.first_message_id,
    k.group_id,
    k.first_message_at,
    f.welcomed_at,
    (SELECT min(t.hours) FROM timed AS t WHERE t.person_id = k.person_id AND NOT t.by_bot AND t.occurred_at = f.in_time_at)
        AS welcome_hours,
    f.by_bot_at IS NOT NULL AS greeted_by_bot,
    -- Both clocks of 48 hours are over.
    (k.joined_at IS NULL OR k.joined_at + INTERVAL 48 HOUR <= $month_end_at)
        AND (k.first_message_at IS NULL OR k.first_message_at + INTERVAL 48 HOUR <= $month_end_at) AS mature,
    EXISTS (
        SELECT 1
        FROM accounts AS a
        JOIN linking AS l ON l.platform = a.platform
        WHERE a.person_id = k.person_id
    ) AS can_be_seen
FROM known AS k
LEFT JOIN first_ones AS f ON f.person_id = k.person_id
