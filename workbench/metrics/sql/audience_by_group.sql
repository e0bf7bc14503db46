-- Members at the end of the month of each group, by the country or language they declared; who belongs to a group as in
-- group_health.
WITH declared AS (
    SELECT
        m.person_id,
        min(
            CASE
                WHEN $by = 'country' THEN upper(nullif(trim(d.country), ''))
                ELSE lower(nullif(trim(d.language), ''))
            END
        ) AS value
    FROM month_members AS m
    JOIN accounts AS a ON a.person_id = m.person_id
    LEFT JOIN members AS d ON d.member_id = a.member_id
    WHERE m.at_closing
    GROUP BY m.person_id
),
traces AS (
    SELECT d.group_id, a.person_id, min(d.day) AS first_on, max(d.day) AS last_on
    FROM member_day AS d
    JOIN accounts AS a ON a.member_id = d.member_id
    WHERE d.group_id IS NOT NULL AND d.day < $month_end
    GROUP BY d.group_id, a.person_id
    UNION ALL
    SELECT
        m.group_id,
        a.person_id,
        min(CAST(m.start_at + o.shift AS DATE)),
        max(CAST(m.start_at + o.shift AS DATE))
    FROM memberships AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    JOIN utc_offsets AS o ON m.start_at >= o.from_at AND m.start_at < o.to_at
    WHERE m.group_id IS NOT NULL AND m.start_at < $month_end_at
    GROUP BY m.group_id, a.person_id
),
leaves AS (
    SELECT m.group_id, a.person_id, max(CAST(m.end_at + o.shift AS DATE)) AS left_on
    FROM memberships AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    JOIN utc_offsets AS o ON m.end_at >= o.from_at AND m.end_at < o.to_at
    WHERE m.group_id IS NOT NULL AND m.end_at < $month_end_at
    GROUP BY m.group_id, a.person_id
),
belonging AS (
    SELECT t.group_id, t.person_id
    FROM traces AS t
    LEFT JOIN leaves AS l ON l.group_id = t.group_id AND l.person_id = t.person_id
    GROUP BY t.group_id, t.person_id
    HAVING max(l.left_on) IS NULL OR max(l.left_on) < max(t.last_on)
)
SELECT b.group_id, coalesce(g.name, b.group_id) AS group_name, d.value, count(*) AS members
FROM belonging AS b
JOIN declared AS d ON d.person_id = b.person_id
LEFT JOIN groups AS g ON g.group_id = b.group_id
WHERE
    (g.archived_at IS NULL OR g.archived_at >= $month_end_at)
    AND NOT coalesce(g.read_only, false)
    AND coalesce(g.kind, '') <> 'direct'
GROUP BY b.group_id, g.name, d.value
ORDER BY group_name, b.group_id, d.value NULLS LAST
