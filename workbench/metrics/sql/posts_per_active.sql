-- Contributions per active person of the month: mean, median, 90th percentile (interpolated).
SELECT
    CAST(sum(contributions) AS DOUBLE) / count(*) AS posts_per_active,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY contributions) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY contributions) AS p90,
    CASE
        WHEN NOT (SELECT bool_or(covered) FROM calendar) THEN 'why.not_covered'
        WHEN count(*) = 0 THEN 'why.nobody'
    END AS why
FROM active_months
WHERE month = $month_start
