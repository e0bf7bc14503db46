-- Joiners who are members at the midnight that ends the 30th local day after joining ÷ joiners for whom that midnight lies
-- in the month; first, dated joins only.
WITH joiners AS (
    SELECT person_id, CAST(joined_on + INTERVAL 31 DAY AS DATE) AS midnight
    FROM stays
    WHERE stay = 1 AND join_kind = 'dated'
),
mature AS (
    SELECT person_id, midnight FROM joiners WHERE midnight > $month_start AND midnight <= $month_end
),
still_here AS (
    SELECT DISTINCT m.person_id
    FROM mature AS m
    JOIN stays AS s
        ON s.person_id = m.person_id AND s.joined_on < m.midnight AND (s.left_on IS NULL OR s.left_on >= m.midnight)
)
SELECT
    CASE WHEN k.leaves THEN (SELECT count(*) FROM still_here) END AS numerator,
    (SELECT count(*) FROM mature) AS denominator,
    CASE
        WHEN k.some_leaves AND NOT k.leaves THEN 'why.leaves_partly_known'
        WHEN NOT k.leaves THEN 'why.no_leaves'
        ELSE 'why.onboarding_no_dated_joins_then'
    END AS why
FROM told AS k
