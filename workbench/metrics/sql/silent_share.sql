-- Members at the end of the month without a contribution in the 28 days before.
WITH active AS (
    SELECT DISTINCT person_id FROM active_days WHERE contributions > 0 AND day >= $window_start
)
SELECT
    CASE WHEN (SELECT bool_or(covered) FROM calendar) THEN count(*) - count(a.person_id) END AS numerator,
    count(*) AS denominator,
    CASE WHEN NOT (SELECT bool_or(covered) FROM calendar) THEN 'why.not_covered' ELSE 'why.no_members' END AS why
FROM month_members AS m
LEFT JOIN active AS a ON a.person_id = m.person_id
WHERE m.at_closing
