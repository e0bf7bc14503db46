-- Of the people who joined (or first contributed) in a month, how many were active k months later. Who left stays in
-- the denominator. Null: the month k months later is not over yet, or not in the data.
-- $first_contribution: cohorts by month of first contribution. $unbounded: active k months later or at any time after.
WITH joined AS (
    SELECT person_id, joined_on AS first_on
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening' AND NOT $first_contribution
    UNION ALL
    SELECT person_id, min(month) FROM active_months WHERE $first_contribution GROUP BY person_id
),
-- A month as one number, so that k is a difference.
cohorts AS (
    SELECT person_id, CAST(12 * extract(year FROM first_on) + extract(month FROM first_on) AS INTEGER) AS cohort
    FROM joined
    WHERE first_on < $month_end
),
sizes AS (
    SELECT cohort, count(*) AS size FROM cohorts GROUP BY cohort
),
covered AS (
    SELECT DISTINCT CAST(12 * extract(year FROM day) + extract(month FROM day) AS INTEGER) AS number
    FROM covered_days
    WHERE day < $month_end
),
activity AS (
    SELECT
        c.person_id,
        c.cohort,
        CAST(12 * extract(year FROM a.month) + extract(month FROM a.month) AS INTEGER) - c.cohort AS k
    FROM cohorts AS c
    JOIN active_months AS a ON a.person_id = c.person_id
),
-- Unbounded: a person counts in every k up to the last month of activity, so count last months and sum from behind.
marks AS (
    SELECT cohort, k FROM activity WHERE k >= 0 AND NOT $unbounded
    UNION ALL
    SELECT cohort, max(k) FROM activity WHERE k >= 0 AND $unbounded GROUP BY cohort, person_id
),
marked AS (
    SELECT cohort, k, count(*) AS people FROM marks GROUP BY cohort, k
),
digits AS (
    SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
    UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
ages AS (
    SELECT 100 * h.digit + 10 * t.digit + u.digit AS k
    FROM digits AS h
    CROSS JOIN digits AS t
    CROSS JOIN digits AS u
    WHERE 100 * h.digit + 10 * t.digit + u.digit <= (SELECT max(number) FROM covered) - (SELECT min(cohort) FROM sizes)
),
cells AS (
    SELECT
        s.cohort,
        a.k,
        s.size,
        v.number IS NOT NULL AS known,
        CASE
            WHEN $unbounded THEN
                sum(coalesce(m.people, 0)) OVER (
                    PARTITION BY s.cohort ORDER BY a.k ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
                )
            ELSE coalesce(m.people, 0)
        END AS active
    FROM sizes AS s
    CROSS JOIN ages AS a
    LEFT JOIN marked AS m ON m.cohort = s.cohort AND m.k = a.k
    LEFT JOIN covered AS v ON v.number = s.cohort + a.k
)
SELECT
    CAST(DATE '2000-01-01' + (cohort - 24001) * INTERVAL 1 MONTH AS DATE) AS cohort,
    k,
    CASE WHEN known THEN CAST(active AS BIGINT) END AS active,
    size,
    CASE WHEN known THEN CAST(active AS DOUBLE) / size END AS value
FROM cells
ORDER BY cohort, k
