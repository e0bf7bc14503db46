-- People who were members on at least one day of the month, with the days they were.
SELECT
    s.person_id,
    bool_or(s.joined_on < t.month_start OR s.join_kind = 'opening') AS at_opening,
    bool_or(s.left_on IS NULL OR s.left_on >= t.month_end) AS at_closing,
    CAST(sum(greatest(1, least(coalesce(s.left_on, t.month_end), t.month_end) - greatest(s.joined_on, t.month_start))) AS BIGINT)
        AS exposed_days
FROM stays AS s
CROSS JOIN period AS t
WHERE s.joined_on < t.month_end AND (s.left_on IS NULL OR s.left_on >= t.month_start)
GROUP BY s.person_id
