-- Monthly active users: distinct eligible people with at least one contribution in the month.
SELECT
    CASE WHEN bool_or(c.covered) THEN (SELECT count(*) FROM active_months WHERE month = $month_start) END AS mau,
    CASE WHEN NOT bool_or(c.covered) THEN 'why.not_covered' END AS why
FROM calendar AS c
