-- Dated leaves of the month ÷ members at its end: the course's definition. Can exceed 1.
WITH leaves AS (
    SELECT count(*) AS leavers
    FROM stays
    WHERE end_kind = 'dated' AND left_on >= $month_start AND left_on < $month_end
),
closing AS (
    SELECT count(*) AS members FROM month_members WHERE at_closing
)
SELECT
    CASE WHEN k.leaves THEN l.leavers END AS numerator,
    c.members AS denominator,
    CASE
        WHEN k.some_leaves AND NOT k.leaves THEN 'why.leaves_partly_known'
        WHEN NOT k.leaves THEN 'why.no_leaves'
        WHEN c.members = 0 THEN 'why.no_members'
    END AS why
FROM told AS k
CROSS JOIN leaves AS l
CROSS JOIN closing AS c
