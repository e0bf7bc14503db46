-- Net growth of the month over the members at its beginning.
WITH flows AS (
    SELECT
        count(*) FILTER (WHERE s.join_kind <> 'opening' AND s.joined_on >= t.month_start) AS joins,
        count(*) FILTER (WHERE s.end_kind = 'dated' AND s.left_on >= t.month_start) AS leavers
    FROM stays AS s
    CROSS JOIN period AS t
),
known AS (
    SELECT
        CASE
            WHEN NOT bool_or(c.covered) THEN 'why.not_covered'
            WHEN bool_and(k.leaves) THEN NULL
            WHEN bool_or(k.some_leaves) THEN 'why.leaves_partly_known'
            ELSE 'why.no_leaves'
        END AS why
    FROM calendar AS c
    CROSS JOIN told AS k
)
SELECT
    CASE WHEN k.why IS NULL THEN f.joins - f.leavers END AS numerator,
    (SELECT count(*) FROM month_members WHERE at_opening) AS denominator,
    k.why
FROM flows AS f
CROSS JOIN known AS k
