-- The events, prompts, polls, contests and rule changes of the log since $entries_start_at, each with the people who took
-- part, and what those contributed in the 14 local days before it and the 14 after the four local days that 72 hours
-- touch; beside them the means of members alike: who did not take part, had contributed about as much in the same 14 days
-- before (at most a fifth, or one, more or less) and, like the participant, wrote in the four days or did not.
-- Who took part: those whom the log names, who voted (polls) within 72 hours or were recorded as attending (events,
-- contests) on that day; where nobody is, who answered the team's message in the entry's group, or, without such a message
-- or where the export links no answers, who wrote in the group within 72 hours.
WITH entries AS (
    SELECT
        min(l.entry_id) AS entry_id,
        l.kind,
        l.noted_at,
        l.group_id,
        l.note,
        min(CAST(l.noted_at + o.shift AS DATE)) AS day
    FROM log AS l
    JOIN utc_offsets AS o ON l.noted_at >= o.from_at AND l.noted_at < o.to_at
    WHERE
        l.kind IN ('event', 'prompt', 'poll', 'contest', 'rule_change')
        AND l.noted_at >= $entries_start_at
        AND l.noted_at < $month_end_at
    GROUP BY l.kind, l.noted_at, l.group_id, l.note
),
named AS (
    SELECT DISTINCT n.entry_id, a.person_id, 'named' AS known_by
    FROM entries AS n
    JOIN log AS l
        ON
            l.kind = n.kind
            AND l.noted_at = n.noted_at
            AND coalesce(l.group_id, '') = coalesce(n.group_id, '')
            AND coalesce(l.note, '') = coalesce(n.note, '')
    JOIN accounts AS a ON a.member_id = l.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
),
recorded AS (
    SELECT DISTINCT n.entry_id, a.person_id, CASE WHEN v.kind = 'attend' THEN 'attendance' ELSE 'votes' END AS known_by
    FROM entries AS n
    JOIN events AS v ON v.kind IN ('attend', 'poll_vote') AND (n.group_id IS NULL OR v.group_id = n.group_id)
    JOIN accounts AS a ON a.member_id = v.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    JOIN utc_offsets AS o ON v.occurred_at >= o.from_at AND v.occurred_at < o.to_at
    WHERE
        v.occurred_at >= $entries_start_at - INTERVAL 24 HOUR
        AND v.occurred_at < $month_end_at
        AND (v.deleted_at IS NULL OR v.deleted_at >= $month_end_at)
        AND (
            (
                v.kind = 'poll_vote'
                AND n.kind = 'poll'
                AND v.occurred_at >= n.noted_at
                AND v.occurred_at < n.noted_at + INTERVAL 72 HOUR
            )
            OR (
                v.kind = 'attend'
                AND n.kind IN ('event', 'contest')
                AND CAST(v.occurred_at + o.shift AS DATE) = n.day
            )
        )
),
near AS (
    -- The few UTC days that matter to each group, so that not all messages meet all entries.
    SELECT DISTINCT n.group_id, CAST(n.noted_at - INTERVAL 1 HOUR AS DATE) + CAST(k.days AS INTEGER) AS day
    FROM entries AS n
    CROSS JOIN (VALUES (0), (1), (2), (3), (4)) AS k(days)
    WHERE n.group_id IS NOT NULL
),
messages_near AS (
    SELECT e.event_id, e.occurred_at, e.kind, e.group_id, e.thread_id, e.reply_to, e.person_id
    FROM near AS k
    JOIN people_events AS e ON e.group_id = k.group_id AND CAST(e.occurred_at AS DATE) = k.day
    WHERE e.kind IN ('post', 'reply') AND e.occurred_at >= $entries_start_at - INTERVAL 1 HOUR
),
messages_of_team AS (
    SELECT
        n.entry_id,
        e.event_id,
        e.occurred_at,
        row_number() OVER (
            PARTITION BY n.entry_id
            ORDER BY abs(extract(epoch FROM (e.occurred_at - n.noted_at))), e.event_id
        ) AS place
    FROM entries AS n
    JOIN messages_near AS e ON e.group_id = n.group_id
    JOIN people AS p ON p.person_id = e.person_id
    WHERE
        e.kind = 'post'
        AND e.occurred_at >= n.noted_at - INTERVAL 1 HOUR
        AND e.occurred_at <= n.noted_at + INTERVAL 1 HOUR
        AND (p.counted_as = 'staff' OR (p.counted_as = 'member' AND p.role = 'moderator'))
),
linking AS (
    SELECT DISTINCT group_id FROM member_day WHERE replies > 0 AND day < $month_end
),
opened AS (
    SELECT n.*, t.event_id AS message_id, coalesce(t.occurred_at, n.noted_at) AS since_at
    FROM entries AS n
    LEFT JOIN linking AS k ON k.group_id = n.group_id
    LEFT JOIN messages_of_team AS t ON t.entry_id = n.entry_id AND t.place = 1 AND k.group_id IS NOT NULL
),
said AS (
    SELECT n.entry_id, n.message_id, n.since_at, e.event_id, e.occurred_at, e.kind, e.thread_id, e.reply_to, e.person_id
    FROM opened AS n
    JOIN messages_near AS e ON e.group_id = n.group_id
    WHERE
        e.occurred_at >= n.since_at
        AND e.occurred_at < n.since_at + INTERVAL 72 HOUR
),
answering AS (
    SELECT DISTINCT
        s.entry_id,
        s.person_id,
        CASE WHEN s.message_id IS NULL THEN 'messages' ELSE 'answers' END AS known_by
    FROM said AS s
    JOIN eligible AS e ON e.person_id = s.person_id
    WHERE
        s.message_id IS NULL
        OR (s.event_id <> s.message_id AND (s.thread_id = s.message_id OR s.reply_to = s.message_id))
),
told AS (
    SELECT * FROM named
    UNION ALL
    SELECT * FROM recorded
),
took_part AS (
    SELECT entry_id, person_id, min(known_by) AS known_by FROM told GROUP BY entry_id, person_id
    UNION ALL
    SELECT a.entry_id, a.person_id, a.known_by
    FROM answering AS a
    WHERE NOT EXISTS (SELECT 1 FROM told AS t WHERE t.entry_id = a.entry_id)
),
humans AS (
    SELECT s.*
    FROM said AS s
    JOIN people AS p ON p.person_id = s.person_id
    WHERE p.counted_as IN ('member', 'staff')
),
followed AS (
    -- A conversation begun in the group within 72 hours, with an answer of somebody else in the same time.
    SELECT DISTINCT h.entry_id
    FROM humans AS h
    JOIN humans AS r
        ON
            r.entry_id = h.entry_id
            AND (r.thread_id = h.event_id OR r.reply_to = h.event_id)
            AND r.person_id <> h.person_id
    WHERE h.kind = 'post'
),
whole AS (
    -- Entries whose 32 days are over and covered.
    SELECT n.entry_id
    FROM entries AS n
    JOIN covered_days AS c ON c.day >= n.day - 14 AND c.day < n.day + 18
    WHERE n.day <= $month_end - 18
    GROUP BY n.entry_id
    HAVING count(*) = 32
),
around AS (
    SELECT
        n.entry_id,
        d.person_id,
        CAST(sum(CASE WHEN d.day < n.day THEN d.contributions ELSE 0 END) AS BIGINT) AS before,
        sum(CASE WHEN d.day >= n.day AND d.day < n.day + 4 THEN d.contributions ELSE 0 END) > 0 AS wrote,
        CAST(sum(CASE WHEN d.day >= n.day + 4 THEN d.contributions ELSE 0 END) AS BIGINT) AS after
    FROM entries AS n
    JOIN whole AS w ON w.entry_id = n.entry_id
    JOIN active_days AS d ON d.day >= n.day - 14 AND d.day < n.day + 18
    WHERE EXISTS (SELECT 1 FROM took_part AS t WHERE t.entry_id = n.entry_id)
    GROUP BY n.entry_id, d.person_id
    HAVING sum(CASE WHEN d.day < n.day + 4 THEN d.contributions ELSE 0 END) > 0
),
controls AS (
    SELECT a.entry_id, a.before, a.wrote, count(*) AS people, CAST(sum(a.after) AS BIGINT) AS after
    FROM around AS a
    LEFT JOIN took_part AS t ON t.entry_id = a.entry_id AND t.person_id = a.person_id
    WHERE t.person_id IS NULL
    GROUP BY a.entry_id, a.before, a.wrote
),
compared AS (
    SELECT
        t.entry_id,
        t.person_id,
        t.known_by,
        a.before,
        a.after,
        CAST(coalesce(sum(c.people), 0) AS BIGINT) AS controls,
        sum(CAST(c.before * c.people AS DOUBLE)) / sum(c.people) AS controls_before,
        sum(CAST(c.after AS DOUBLE)) / sum(c.people) AS controls_after
    FROM took_part AS t
    LEFT JOIN around AS a ON a.entry_id = t.entry_id AND a.person_id = t.person_id
    LEFT JOIN controls AS c
        ON
            c.entry_id = a.entry_id
            AND c.wrote = a.wrote
            AND (5 * abs(c.before - a.before) <= a.before OR abs(c.before - a.before) <= 1)
    GROUP BY t.entry_id, t.person_id, t.known_by, a.before, a.after
)
SELECT
    n.entry_id,
    n.kind,
    n.noted_at + o.shift AS noted_at_local,
    n.group_id,
    g.name AS group_name,
    n.note,
    c.person_id AS member_id,
    c.known_by,
    CASE
        WHEN n.group_id IS NULL OR n.since_at + INTERVAL 72 HOUR > $month_end_at THEN NULL
        ELSE f.entry_id IS NOT NULL
    END AS follow_up,
    w.entry_id IS NOT NULL AS judged,
    c.before,
    c.after,
    c.controls,
    c.controls_before,
    c.controls_after
FROM opened AS n
JOIN utc_offsets AS o ON n.noted_at >= o.from_at AND n.noted_at < o.to_at
LEFT JOIN groups AS g ON g.group_id = n.group_id
LEFT JOIN compared AS c ON c.entry_id = n.entry_id
LEFT JOIN followed AS f ON f.entry_id = n.entry_id
LEFT JOIN whole AS w ON w.entry_id = n.entry_id
ORDER BY n.noted_at, n.entry_id, c.person_id
