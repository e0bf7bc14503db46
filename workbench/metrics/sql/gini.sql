-- Gini coefficient of the contributions of the month, over members (zeros in) and over contributors:
-- Σᵢ Σⱼ |xᵢ − xⱼ| ÷ (2 n² mean x), here by ranks: (2 Σ i xᵢ − (n + 1) Σ xᵢ) ÷ (n Σ xᵢ), x ascending.
WITH counts AS (
    SELECT m.person_id, coalesce(a.contributions, 0) AS x
    FROM month_members AS m
    LEFT JOIN active_months AS a ON a.person_id = m.person_id AND a.month = $month_start
),
members AS (
    SELECT x, row_number() OVER (ORDER BY x) AS i, count(*) OVER () AS n
    FROM counts
),
contributors AS (
    SELECT contributions AS x, row_number() OVER (ORDER BY contributions) AS i, count(*) OVER () AS n
    FROM active_months
    WHERE month = $month_start
)
SELECT
    (SELECT CAST(2 * sum(i * x) - sum((n + 1) * x) AS DOUBLE) / nullif(sum(n * x), 0) FROM members) AS gini_members,
    (SELECT CAST(2 * sum(i * x) - sum((n + 1) * x) AS DOUBLE) / nullif(sum(n * x), 0) FROM contributors) AS gini_contributors,
    (SELECT count(*) FROM members) AS members,
    (SELECT count(*) FROM contributors) AS contributors
