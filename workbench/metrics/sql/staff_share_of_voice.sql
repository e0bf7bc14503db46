-- Messages of staff ÷ messages of humans in the month.
SELECT
    CAST(coalesce(sum(CASE WHEN p.counted_as = 'staff' THEN d.posts + d.replies END), 0) AS BIGINT) AS numerator,
    CAST(coalesce(sum(d.posts + d.replies), 0) AS BIGINT) AS denominator
FROM account_day AS d
JOIN accounts AS a ON a.member_id = d.member_id
JOIN people AS p ON p.person_id = a.person_id
WHERE
    d.day >= $month_start
    AND d.day < $month_end
    AND (d.deleted_at IS NULL OR d.deleted_at >= $month_end_at)
    AND p.counted_as IN ('member', 'staff')
