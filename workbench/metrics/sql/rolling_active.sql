-- Distinct people active in the $days local days that end with each day of the month. A person active on day d is in
-- the windows of the days from d up to the next active day or to d + $days, whichever comes first: no window is
-- searched, one sum runs over the days.
WITH active AS (
    SELECT person_id, day
    FROM active_days
    WHERE contributions > 0 AND day > $month_start - CAST($days AS INTEGER)
),
spans AS (
    SELECT day, least(lead(day) OVER (PARTITION BY person_id ORDER BY day), day + CAST($days AS INTEGER)) AS stop
    FROM active
),
changes AS (
    SELECT day, count(*) AS change FROM spans GROUP BY day
    UNION ALL
    SELECT stop, -count(*) FROM spans GROUP BY stop
    UNION ALL
    SELECT day, 0 FROM calendar
),
by_day AS (
    SELECT day, sum(change) AS change FROM changes GROUP BY day
),
running AS (
    SELECT day, sum(change) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS people
    FROM by_day
),
windows AS (
    SELECT c.day, c.covered, count(d.day) AS covered_days
    FROM calendar AS c
    LEFT JOIN covered_days AS d ON d.day > c.day - CAST($days AS INTEGER) AND d.day <= c.day
    GROUP BY c.day, c.covered
)
SELECT
    w.day,
    CASE WHEN w.covered THEN CAST(r.people AS BIGINT) END AS active,
    w.covered_days = $days AS complete
FROM windows AS w
JOIN running AS r ON r.day = w.day
ORDER BY w.day
