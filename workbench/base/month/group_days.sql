-- What people did in each group and day up to the end of the month, as people_events; of some a day has several rows.
SELECT
    d.group_id,
    d.day,
    coalesce(s.person_id, d.member_id) AS person_id,
    x.person_id IS NULL AS is_eligible,
    d.contributions
FROM member_day AS d
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
LEFT JOIN ineligible AS x ON x.person_id = coalesce(s.person_id, d.member_id)
WHERE
    d.member_id IS NOT NULL
    AND d.group_id IS NOT NULL
    AND d.day < t.month_end
    AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
