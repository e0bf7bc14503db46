-- Members at the first midnight of the month: joined before it, not left before it.
SELECT
    CASE WHEN bool_or(c.covered) THEN (SELECT count(*) FROM month_members WHERE at_opening) END AS members_opening,
    CASE WHEN NOT bool_or(c.covered) THEN 'why.not_covered' END AS why
FROM calendar AS c
