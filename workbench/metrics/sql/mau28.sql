-- Distinct eligible people with at least one contribution in the 28 local days before the end of the month.
WITH covered AS (
    SELECT count(*) AS days FROM covered_days WHERE day >= $window_start AND day < $month_end
)
SELECT
    CASE
        WHEN c.days > 0 THEN (
            SELECT count(DISTINCT person_id) FROM active_days WHERE contributions > 0 AND day >= $window_start
        )
    END AS mau28,
    CASE WHEN c.days = 0 THEN 'why.not_covered' END AS why
FROM covered AS c
