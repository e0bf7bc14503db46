-- People who were members on at least one day of the month, with the days they were. Few have several stays to be summed up.
SELECT
    p.person_id,
    p.joined_on < t.month_start OR p.join_kind = 'opening' AS at_opening,
    p.left_on IS NULL OR p.left_on >= t.month_end AS at_closing,
    CAST(greatest(1, least(coalesce(p.left_on, t.month_end), t.month_end) - greatest(p.joined_on, t.month_start)) AS BIGINT)
        AS exposed_days
FROM plain_stays AS p
CROSS JOIN period AS t
LEFT JOIN ineligible AS x ON x.person_id = p.person_id
WHERE p.joined_on < t.month_end AND (p.left_on IS NULL OR p.left_on >= t.month_start) AND x.person_id IS NULL
UNION ALL
SELECT
    s.person_id,
    bool_or(s.joined_on < t.month_start OR s.join_kind = 'opening'),
    bool_or(s.left_on IS NULL OR s.left_on >= t.month_end),
    CAST(sum(greatest(1, least(coalesce(s.left_on, t.month_end), t.month_end) - greatest(s.joined_on, t.month_start))) AS BIGINT)
FROM tangled_stays AS s
CROSS JOIN period AS t
WHERE s.joined_on < t.month_end AND (s.left_on IS NULL OR s.left_on >= t.month_start)
GROUP BY s.person_id
