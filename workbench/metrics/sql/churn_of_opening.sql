-- Members at the beginning of the month who left in it, by a dated leave ÷ members at the beginning.
WITH leaves AS (
    SELECT count(DISTINCT person_id) AS leavers
    FROM stays
    WHERE
        end_kind = 'dated'
        AND left_on >= $month_start
        AND left_on < $month_end
        AND (joined_on < $month_start OR join_kind = 'opening')
),
opening AS (
    SELECT count(*) AS members FROM month_members WHERE at_opening
)
SELECT
    CASE WHEN k.leaves THEN l.leavers END AS numerator,
    o.members AS denominator,
    CASE
        WHEN k.some_leaves AND NOT k.leaves THEN 'why.leaves_partly_known'
        WHEN NOT k.leaves THEN 'why.no_leaves'
        WHEN o.members = 0 THEN 'why.no_members'
    END AS why
FROM told AS k
CROSS JOIN leaves AS l
CROSS JOIN opening AS o
