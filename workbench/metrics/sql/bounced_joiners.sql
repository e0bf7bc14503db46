-- People whose first join is dated in the month and who left again before its end ÷ those who joined.
WITH joiners AS (
    SELECT
        count(*) AS people,
        count(*) FILTER (WHERE end_kind = 'dated' AND left_on < $month_end) AS bounced
    FROM stays
    WHERE stay = 1 AND join_kind = 'dated' AND joined_on >= $month_start AND joined_on < $month_end
)
SELECT
    CASE WHEN k.leaves THEN j.bounced END AS numerator,
    j.people AS denominator,
    CASE
        WHEN k.some_leaves AND NOT k.leaves THEN 'why.leaves_partly_known'
        WHEN NOT k.leaves THEN 'why.no_leaves'
        WHEN j.people = 0 THEN 'why.churn_no_dated_joins'
    END AS why
FROM told AS k
CROSS JOIN joiners AS j
