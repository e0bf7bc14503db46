-- Everybody who was a member in the month, by the step they stood on last month and the one they stand on now.
-- Steps: newcomer = first joined in that month; core, regular, casual = the layers of the onion of that month; silent =
-- a member without a contribution in it. outside = no member when the month began; left = none when it ended.
WITH ranked AS (
    SELECT
        person_id,
        month,
        sum(contributions) OVER (PARTITION BY month) AS total,
        sum(contributions) OVER (
            PARTITION BY month
            ORDER BY contributions DESC, person_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - contributions AS made_before
    FROM active_months
    WHERE month IN ($previous_start, $month_start)
),
layers AS (
    SELECT
        person_id,
        month,
        CASE
            WHEN 5 * made_before < 4 * total THEN 'core'
            WHEN 20 * made_before < 19 * total THEN 'regular'
            ELSE 'casual'
        END AS layer
    FROM ranked
),
joined AS (
    SELECT person_id, joined_on FROM stays WHERE stay = 1 AND join_kind <> 'opening'
),
placed AS (
    SELECT
        CASE
            WHEN NOT m.at_opening THEN 'outside'
            WHEN j.joined_on >= $previous_start THEN 'newcomer' -- they were here when this month began
            ELSE coalesce(b.layer, 'silent')
        END AS step_before,
        CASE
            WHEN NOT m.at_closing THEN 'left'
            WHEN j.joined_on >= $month_start THEN 'newcomer'
            ELSE coalesce(n.layer, 'silent')
        END AS step
    FROM month_members AS m
    LEFT JOIN joined AS j ON j.person_id = m.person_id
    LEFT JOIN layers AS b ON b.person_id = m.person_id AND b.month = $previous_start
    LEFT JOIN layers AS n ON n.person_id = m.person_id AND n.month = $month_start
),
steps AS (
    SELECT 1 AS place, 'core' AS step
    UNION ALL
    SELECT 2, 'regular'
    UNION ALL
    SELECT 3, 'casual'
    UNION ALL
    SELECT 4, 'newcomer'
    UNION ALL
    SELECT 5, 'silent'
    UNION ALL
    SELECT 6, 'outside'
    UNION ALL
    SELECT 7, 'left'
),
counted AS (
    SELECT step_before, step, count(*) AS people FROM placed GROUP BY step_before, step
),
known AS (
    SELECT
        count(CASE WHEN day < $month_start THEN 1 END) AS days_before,
        count(CASE WHEN day >= $month_start THEN 1 END) AS days
    FROM covered_days
    WHERE day >= $previous_start AND day < $month_end
)
SELECT
    f.step AS step_before,
    t.step,
    CASE WHEN k.days_before > 0 THEN coalesce(c.people, 0) END AS numerator,
    CASE WHEN k.days_before > 0 THEN CAST(sum(coalesce(c.people, 0)) OVER (PARTITION BY f.place) AS BIGINT) END
        AS denominator,
    CASE WHEN k.days_before > 0 THEN 'why.fairness_nobody_there' ELSE 'why.no_earlier_month' END AS why,
    k.days_before + k.days < $month_end - $previous_start AS partial
FROM steps AS f
JOIN steps AS t ON f.step <> 'left' AND t.step <> 'outside'
CROSS JOIN known AS k
LEFT JOIN counted AS c ON c.step_before = f.step AND c.step = t.step
ORDER BY f.place, t.place
