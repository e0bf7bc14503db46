-- Texts of eligible people in conversations, and answers and reviews (anonymous ones too), of the month and of the whole
-- weeks before it since $texts_start_at, with their local day, ISO week and group; not what was deleted by the end of the
-- month.
WITH texts AS (
    SELECT f.feedback_id AS text_id, a.person_id, f.given_at AS at_utc, CAST(NULL AS VARCHAR) AS group_id, f.text
    FROM feedback AS f
    LEFT JOIN accounts AS a ON a.member_id = f.member_id
    LEFT JOIN eligible AS e ON e.person_id = a.person_id
    WHERE f.text IS NOT NULL AND (f.member_id IS NULL OR e.person_id IS NOT NULL)
        AND f.given_at >= $texts_start_at AND f.given_at < $month_end_at
    UNION ALL
    SELECT v.event_id, a.person_id, v.occurred_at, v.group_id, m.text
    FROM events AS v
    JOIN messages AS m ON m.event_id = v.event_id
    JOIN accounts AS a ON a.member_id = v.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    WHERE v.kind IN ('post', 'reply')
        AND (v.deleted_at IS NULL OR v.deleted_at >= $month_end_at)
        AND v.occurred_at >= $texts_start_at AND v.occurred_at < $month_end_at
        AND m.occurred_at >= $texts_start_at AND m.occurred_at < $month_end_at
)
SELECT
    t.text_id,
    t.person_id AS member_id,
    CAST(t.at_utc + o.shift AS DATE) AS day,
    CAST(date_trunc('week', t.at_utc + o.shift) AS DATE) AS week,
    t.group_id,
    coalesce(g.name, t.group_id) AS group_name,
    t.text
FROM texts AS t
JOIN utc_offsets AS o ON t.at_utc >= o.from_at AND t.at_utc < o.to_at
LEFT JOIN groups AS g ON g.group_id = t.group_id
WHERE length(trim(t.text)) > 0
ORDER BY t.text_id
