-- How many people were active on how many days of the month.
SELECT CAST(active_days AS INTEGER) AS active_days, count(*) AS people
FROM active_months
WHERE month = $month_start
GROUP BY active_days
ORDER BY active_days
