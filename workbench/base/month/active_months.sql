-- The same by month, only months with a contribution. active_bits: bit d is set when day d was active.
SELECT
    a.person_id,
    d.month,
    CAST(sum(d.contributions) AS BIGINT) AS contributions,
    bit_count(bit_or(d.active_bits)) AS active_days
FROM account_month AS d
JOIN accounts AS a ON a.member_id = d.member_id
JOIN eligible AS e ON e.person_id = a.person_id
CROSS JOIN period AS t
WHERE d.month < t.month_end AND (d.deleted_on IS NULL OR d.deleted_on >= t.month_end)
GROUP BY a.person_id, d.month
HAVING sum(d.contributions) > 0
