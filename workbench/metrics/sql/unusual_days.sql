-- Contributions per covered day against the median of the same weekday in the 8 weeks before; unusual when more than
-- 3 median absolute deviations away. Nothing is said with fewer than 6 such days.
WITH totals AS (
    SELECT d.day, CAST(coalesce(sum(a.contributions), 0) AS BIGINT) AS contributions
    FROM covered_days AS d
    LEFT JOIN active_days AS a ON a.day = d.day AND a.day >= $month_start - 56
    WHERE d.day >= $month_start - 56 AND d.day < $month_end
    GROUP BY d.day
),
pairs AS (
    SELECT t.day, t.contributions, b.contributions AS before
    FROM totals AS t
    LEFT JOIN totals AS b ON b.day IN (
        t.day - 7, t.day - 14, t.day - 21, t.day - 28, t.day - 35, t.day - 42, t.day - 49, t.day - 56
    )
    WHERE t.day >= $month_start
),
medians AS (
    SELECT
        day,
        contributions,
        CASE WHEN count(before) >= 6 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY before) END AS median
    FROM pairs
    GROUP BY day, contributions
),
spreads AS (
    SELECT
        m.day,
        m.contributions,
        m.median,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(p.before - m.median)) AS mad
    FROM medians AS m
    JOIN pairs AS p ON p.day = m.day
    GROUP BY m.day, m.contributions, m.median
)
SELECT
    day,
    contributions,
    median,
    mad,
    greatest(median - 3 * mad, 0) AS low,
    median + 3 * mad AS high,
    coalesce(abs(contributions - median) > 3 * mad, false) AS unusual
FROM spreads
ORDER BY day
