-- Active people of the month over everybody who was a member on at least one of its days, joiners included. Who was
-- active without being a member (a guest, a writer after leaving) is in neither.
SELECT
    CASE WHEN (SELECT bool_or(covered) FROM calendar) THEN count(a.person_id) END AS numerator,
    count(*) AS denominator,
    CASE WHEN NOT (SELECT bool_or(covered) FROM calendar) THEN 'why.not_covered' END AS why
FROM month_members AS m
LEFT JOIN active_months AS a ON a.person_id = m.person_id AND a.month = $month_start
