-- The same by month, only months with a contribution. active_bits: bit d is set when day d was active.
SELECT
    d.member_id AS person_id,
    d.month,
    d.contributions,
    bit_count(d.active_bits) AS active_days
FROM account_month AS d
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
LEFT JOIN (
    SELECT DISTINCT member_id, CAST(date_trunc('month', day) AS DATE) AS month FROM deleted_later
) AS l ON l.member_id = d.member_id AND l.month = d.month
LEFT JOIN ineligible AS x ON x.person_id = d.member_id
WHERE
    d.deleted_at IS NULL
    AND d.contributions > 0
    AND d.member_id IS NOT NULL
    AND d.month < t.month_end
    AND s.member_id IS NULL
    AND l.member_id IS NULL
    AND x.person_id IS NULL
UNION ALL
SELECT
    coalesce(s.person_id, d.member_id),
    d.month,
    CAST(sum(d.contributions) AS BIGINT),
    bit_count(bit_or(d.active_bits))
FROM account_month AS d
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
LEFT JOIN (
    SELECT DISTINCT member_id, CAST(date_trunc('month', day) AS DATE) AS month FROM deleted_later
) AS l ON l.member_id = d.member_id AND l.month = d.month
LEFT JOIN ineligible AS x ON x.person_id = coalesce(s.person_id, d.member_id)
WHERE
    (s.member_id IS NOT NULL OR l.member_id IS NOT NULL)
    AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
    AND d.month < t.month_end
    AND x.person_id IS NULL
GROUP BY coalesce(s.person_id, d.member_id), d.month
HAVING sum(d.contributions) > 0
