-- Lorenz curve of the month: members from those who contributed least to those who contributed most, and the share of all
-- contributions they made together. One row per number of contributions, which draws the exact curve.
WITH counts AS (
    SELECT m.person_id, coalesce(a.contributions, 0) AS contributions
    FROM month_members AS m
    LEFT JOIN active_months AS a ON a.person_id = m.person_id AND a.month = $month_start
),
steps AS (
    SELECT contributions, count(*) AS members, CAST(sum(contributions) AS BIGINT) AS made
    FROM counts
    GROUP BY contributions
)
SELECT
    contributions,
    members,
    CAST(sum(members) OVER (ORDER BY contributions ROWS UNBOUNDED PRECEDING) AS DOUBLE) / sum(members) OVER () AS people_share,
    CAST(sum(made) OVER (ORDER BY contributions ROWS UNBOUNDED PRECEDING) AS DOUBLE) / nullif(sum(made) OVER (), 0)
        AS contributions_share
FROM steps
ORDER BY contributions
