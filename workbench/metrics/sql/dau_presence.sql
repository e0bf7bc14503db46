-- Distinct eligible people who visited per local day; null where the exports do not tell visits.
WITH visited AS (
    SELECT person_id, day FROM active_days WHERE presences > 0 AND day >= $month_start
    UNION
    SELECT a.person_id, CAST(v.visited_at + o.shift AS DATE)
    FROM visits AS v
    JOIN accounts AS a ON a.member_id = v.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    JOIN utc_offsets AS o ON v.visited_at >= o.from_at AND v.visited_at < o.to_at
    WHERE v.visited_at >= $month_start_at AND v.visited_at < $month_end_at
),
present AS (
    SELECT day, count(*) AS people FROM visited GROUP BY day
)
SELECT
    c.day,
    CASE WHEN c.covered AND k.visits THEN coalesce(p.people, 0) END AS dau,
    CASE WHEN NOT k.visits THEN 'why.no_visits' END AS why
FROM calendar AS c
CROSS JOIN told AS k
LEFT JOIN present AS p ON p.day = c.day
ORDER BY c.day
