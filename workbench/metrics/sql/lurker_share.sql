-- Of the people who visited or contributed in the 28 days before the end of the month, those who did not contribute.
WITH days AS (
    SELECT person_id, contributions > 0 AS contributed
    FROM active_days
    WHERE day >= $window_start AND (contributions > 0 OR presences > 0)
    UNION ALL
    SELECT a.person_id, false
    FROM visits AS v
    JOIN accounts AS a ON a.member_id = v.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    JOIN utc_offsets AS o ON v.visited_at >= o.from_at AND v.visited_at < o.to_at
    WHERE v.visited_at + o.shift >= $window_start AND v.visited_at < $month_end_at
),
present AS (
    SELECT person_id, bool_or(contributed) AS contributed FROM days GROUP BY person_id
),
counted AS (
    SELECT count(*) AS present, count(*) FILTER (WHERE NOT contributed) AS silent FROM present
)
SELECT
    CASE WHEN k.visits THEN n.silent END AS numerator,
    CASE WHEN k.visits THEN n.present END AS denominator,
    CASE WHEN NOT k.visits THEN 'why.no_visits' END AS why
FROM counted AS n
CROSS JOIN told AS k
