-- Share of all contributions of the month made by the ⌈p · n⌉ people who contributed most, n = members in the month.
WITH members AS (
    SELECT count(*) AS members, CAST(ceil(CAST($share * count(*) AS DECIMAL(18, 6))) AS BIGINT) AS people
    FROM month_members
),
ranked AS (
    SELECT contributions, row_number() OVER (ORDER BY contributions DESC, person_id) AS place
    FROM active_months
    WHERE month = $month_start
)
SELECT
    CAST(coalesce(sum(CASE WHEN r.place <= m.people THEN r.contributions END), 0) AS BIGINT) AS numerator,
    CAST(coalesce(sum(r.contributions), 0) AS BIGINT) AS denominator,
    max(m.people) AS people,
    max(m.members) AS members,
    count(r.place) AS contributors
FROM members AS m
LEFT JOIN ranked AS r ON true
