-- Posts, replies, reactions and shares of the month per member at its end.
SELECT
    CASE
        WHEN (SELECT bool_or(covered) FROM calendar) THEN CAST(coalesce(sum(posts + replies + reactions + shares), 0) AS BIGINT)
    END AS numerator,
    (SELECT count(*) FROM month_members WHERE at_closing) AS denominator,
    CASE WHEN NOT (SELECT bool_or(covered) FROM calendar) THEN 'why.not_covered' ELSE 'why.no_members' END AS why
FROM active_days
WHERE day >= $month_start
