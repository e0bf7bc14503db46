-- The events up to the end of the month, what was deleted before that left out, each with its person, how the person
-- counts, and whether the person is eligible. The few who are not, and the few accounts of somebody else, are looked up.
SELECT
    e.*,
    coalesce(s.person_id, e.member_id) AS person_id,
    coalesce(x.counted_as, 'member') AS counted_as,
    x.person_id IS NULL AS is_eligible
FROM events AS e
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = e.member_id
LEFT JOIN ineligible AS x ON x.person_id = coalesce(s.person_id, e.member_id)
WHERE
    e.member_id IS NOT NULL
    AND e.occurred_at < t.month_end_at
    AND (e.deleted_at IS NULL OR e.deleted_at >= t.month_end_at)
