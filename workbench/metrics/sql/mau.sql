-- Monthly active users: distinct eligible people with at least one contribution in the month.
SELECT count(*) AS mau
FROM active_months
WHERE month = $month_start
