-- Mean over the covered days of the month of: people active on the day, over people active in the 30 days that end with
-- it. Days after 30 silent ones have no ratio. The running sum is explained in rolling_active.sql.
WITH active AS (
    SELECT person_id, day FROM active_days WHERE contributions > 0 AND day > $month_start - 30
),
spans AS (
    SELECT day, least(lead(day) OVER (PARTITION BY person_id ORDER BY day), day + 30) AS stop FROM active
),
changes AS (
    SELECT day, count(*) AS change, count(*) AS people FROM spans GROUP BY day
    UNION ALL
    SELECT stop, -count(*), 0 FROM spans GROUP BY stop
    UNION ALL
    SELECT day, 0, 0 FROM calendar
),
by_day AS (
    SELECT day, sum(change) AS change, sum(people) AS dau FROM changes GROUP BY day
),
running AS (
    SELECT day, dau, sum(change) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS mau30
    FROM by_day
)
SELECT
    avg(CAST(r.dau AS DOUBLE) / r.mau30) AS stickiness_rolling,
    count(*) AS days,
    CASE WHEN count(*) = 0 THEN 'why.nobody' END AS why
FROM running AS r
JOIN calendar AS c ON c.day = r.day
WHERE c.covered AND r.mau30 > 0
