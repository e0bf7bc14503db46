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
belonging AS (
    SELECT group_id, person_id
    FROM group_people
    WHERE left_on IS NULL OR left_on < greatest(last_word_on, last_line_on)
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
