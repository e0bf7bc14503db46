-- Absence factor: the smallest number of people who together made at least half of the contributions of the month.
WITH ranked AS (
    SELECT
        contributions,
        row_number() OVER (ORDER BY contributions DESC, person_id) AS place,
        sum(contributions) OVER (ORDER BY contributions DESC, person_id ROWS UNBOUNDED PRECEDING) AS up_to_here,
        sum(contributions) OVER () AS total
    FROM active_months
    WHERE month = $month_start
)
SELECT
    min(CASE WHEN 2 * up_to_here >= total THEN place END) AS absence_factor,
    count(*) AS contributors
FROM ranked
