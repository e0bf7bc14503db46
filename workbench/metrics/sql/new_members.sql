-- First joins in the month, with a date or imputed from the first trace; more than 20 % of the opening members on one
-- day look like a mass import.
WITH joins AS (
    SELECT joined_on, join_kind
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening' AND joined_on >= $month_start AND joined_on < $month_end
),
by_day AS (
    SELECT joined_on, count(*) AS joins FROM joins GROUP BY joined_on
),
busiest AS (
    SELECT joined_on, joins, row_number() OVER (ORDER BY joins DESC, joined_on) AS place FROM by_day
),
month_covered AS (
    SELECT bool_or(covered) AS covered FROM calendar
)
SELECT
    CASE WHEN m.covered THEN (SELECT count(*) FROM joins) END AS new_members,
    CASE WHEN m.covered THEN (SELECT count(*) FROM joins WHERE join_kind = 'imputed') END AS imputed,
    b.joined_on AS busiest_day,
    b.joins AS busiest_day_joins,
    coalesce(b.joins > 0.2 * o.members, false) AND o.members > 0 AS mass_import,
    CASE WHEN NOT m.covered THEN 'why.not_covered' END AS why
FROM month_covered AS m
CROSS JOIN (SELECT count(*) AS members FROM month_members WHERE at_opening) AS o
LEFT JOIN busiest AS b ON b.place = 1
