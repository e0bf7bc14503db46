-- Who was ever seen in a group up to the end of the month.
-- first_word_on, last_word_on: local days with any event of theirs there; first_line_on, last_line_on, left_on: what the
-- export says of joining and leaving it; last_written_on, contributions (of the month): without what was deleted.
WITH spoken AS (
    SELECT
        d.group_id,
        coalesce(s.person_id, d.member_id) AS person_id,
        min(d.day) AS first_word_on,
        max(d.day) AS last_word_on,
        max(CASE WHEN d.contributions > 0 AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at) THEN d.day END)
            AS last_written_on,
        sum(
            CASE
                WHEN d.day >= t.month_start AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
                    THEN d.contributions
                ELSE 0
            END
        ) AS contributions
    FROM member_day AS d
    CROSS JOIN period AS t
    LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
    WHERE d.member_id IS NOT NULL AND d.group_id IS NOT NULL AND d.day < t.month_end
    GROUP BY d.group_id, coalesce(s.person_id, d.member_id)
),
lines AS (
    SELECT
        m.group_id,
        a.person_id,
        min(CASE WHEN m.start_at < t.month_end_at THEN CAST(m.start_at + o.shift AS DATE) END) AS first_line_on,
        max(CASE WHEN m.start_at < t.month_end_at THEN CAST(m.start_at + o.shift AS DATE) END) AS last_line_on,
        max(CASE WHEN m.end_at < t.month_end_at THEN CAST(m.end_at + q.shift AS DATE) END) AS left_on
    FROM memberships AS m
    CROSS JOIN period AS t
    JOIN accounts AS a ON a.member_id = m.member_id
    LEFT JOIN utc_offsets AS o ON m.start_at >= o.from_at AND m.start_at < o.to_at
    LEFT JOIN utc_offsets AS q ON m.end_at >= q.from_at AND m.end_at < q.to_at
    WHERE m.group_id IS NOT NULL
    GROUP BY m.group_id, a.person_id
)
SELECT
    coalesce(w.group_id, l.group_id) AS group_id,
    coalesce(w.person_id, l.person_id) AS person_id,
    w.first_word_on,
    w.last_word_on,
    l.first_line_on,
    l.last_line_on,
    l.left_on,
    w.last_written_on,
    CAST(coalesce(w.contributions, 0) AS BIGINT) AS contributions
FROM spoken AS w
FULL JOIN lines AS l ON l.group_id = w.group_id AND l.person_id = w.person_id
WHERE w.group_id IS NOT NULL OR l.first_line_on IS NOT NULL
