-- Feedback texts of the month and the three before: answers and reviews (anonymous ones too), and what eligible people
-- wrote in conversations; not what was deleted by the end of the month, nor texts too short to say anything.
WITH answers AS (
    SELECT f.feedback_id AS text_id, a.person_id, f.given_at AS at_utc, f.source, f.text, CAST(NULL AS VARCHAR) AS group_id
    FROM feedback AS f
    LEFT JOIN accounts AS a ON a.member_id = f.member_id
    LEFT JOIN eligible AS e ON e.person_id = a.person_id
    WHERE f.text IS NOT NULL AND (f.member_id IS NULL OR e.person_id IS NOT NULL)
        AND f.given_at >= $texts_start_at AND f.given_at < $month_end_at
),
conversations AS (
    SELECT v.event_id AS text_id, a.person_id, v.occurred_at AS at_utc, 'conversation' AS source, m.text, v.group_id
    FROM events AS v
    JOIN messages AS m ON m.event_id = v.event_id
    JOIN accounts AS a ON a.member_id = v.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    WHERE v.kind IN ('post', 'reply')
        AND (v.deleted_at IS NULL OR v.deleted_at >= $month_end_at)
        AND v.occurred_at >= $texts_start_at AND v.occurred_at < $month_end_at
        AND m.occurred_at >= $texts_start_at AND m.occurred_at < $month_end_at
),
texts AS (
    SELECT * FROM answers
    UNION ALL
    SELECT * FROM conversations
)
SELECT
    t.text_id,
    t.person_id AS member_id,
    t.at_utc AS "at",
    CAST(date_trunc('month', t.at_utc + o.shift) AS DATE) AS month,
    t.source,
    t.text,
    t.group_id
FROM texts AS t
JOIN utc_offsets AS o ON t.at_utc >= o.from_at AND t.at_utc < o.to_at
WHERE length(trim(t.text)) >= $least_characters
ORDER BY t.text_id
