-- The same by month, only months with a contribution. active_bits: bit d is set when day d was active.
SELECT
    coalesce(i.person_id, d.member_id) AS person_id,
    d.month,
    CAST(sum(d.contributions) AS BIGINT) AS contributions,
    bit_count(bit_or(d.active_bits)) AS active_days
FROM account_month AS d
CROSS JOIN period AS t
LEFT JOIN other_accounts AS i ON i.member_id = d.member_id
LEFT JOIN ineligible AS x ON x.person_id = coalesce(i.person_id, d.member_id)
WHERE
    d.member_id IS NOT NULL
    AND x.person_id IS NULL
    AND d.month < t.month_end
    AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
GROUP BY coalesce(i.person_id, d.member_id), d.month
HAVING sum(d.contributions) > 0
