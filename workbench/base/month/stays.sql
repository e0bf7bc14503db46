-- The stays of eligible people as known at the end of the month, in local days. Member at a local midnight when
-- joined_on < midnight <= left_on; left_on is null for who is still here at the end of the month.
-- join_kind: dated; imputed (first trace); opening (here before the export begins).
-- end_kind: dated; undated (account closed, nobody knows when: until its last trace).
SELECT
    p.person_id,
    1 AS stay,
    p.joined_on,
    p.join_kind,
    CASE WHEN p.left_on < t.month_end THEN p.left_on END AS left_on,
    CASE WHEN p.left_on < t.month_end THEN p.end_kind END AS end_kind,
    CASE WHEN p.left_on < t.month_end THEN p.end_reason END AS end_reason
FROM plain_stays AS p
CROSS JOIN period AS t
LEFT JOIN ineligible AS x ON x.person_id = p.person_id
WHERE p.joined_on < t.month_end AND x.person_id IS NULL
UNION ALL
SELECT person_id, stay, joined_on, join_kind, left_on, end_kind, end_reason
FROM tangled_stays
