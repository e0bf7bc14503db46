-- Layers of the onion: core = the fewest people who together made at least 80 % of the contributions of the month,
-- regular = those who bring it to at least 95 %, casual = the others who contributed.
WITH ranked AS (
    SELECT
        contributions,
        sum(contributions) OVER () AS total,
        sum(contributions) OVER (
            ORDER BY contributions DESC, person_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - contributions AS made_before
    FROM active_months
    WHERE month = $month_start
),
placed AS (
    SELECT
        contributions,
        CASE WHEN 5 * made_before < 4 * total THEN 1 WHEN 20 * made_before < 19 * total THEN 2 ELSE 3 END AS place
    FROM ranked
),
layers AS (
    SELECT 1 AS place, 'core' AS layer UNION ALL SELECT 2, 'regular' UNION ALL SELECT 3, 'casual'
)
SELECT
    l.layer,
    count(p.place) AS people,
    CAST(coalesce(sum(p.contributions), 0) AS BIGINT) AS contributions
FROM layers AS l
LEFT JOIN placed AS p ON p.place = l.place
GROUP BY l.place, l.layer
ORDER BY l.place
