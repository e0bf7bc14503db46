-- Joins in the month of people who had left more than 7 days before; unknown where leaves are.
SELECT
    CASE
        WHEN bool_or(c.covered) AND bool_and(k.leaves) THEN (
            SELECT count(*)
            FROM stays
            WHERE stay > 1 AND join_kind <> 'opening' AND joined_on >= $month_start AND joined_on < $month_end
        )
    END AS rejoined,
    CASE
        WHEN NOT bool_or(c.covered) THEN 'why.not_covered'
        WHEN bool_and(k.leaves) THEN NULL
        WHEN bool_or(k.some_leaves) THEN 'why.leaves_partly_known'
        ELSE 'why.no_leaves'
    END AS why
FROM calendar AS c
CROSS JOIN told AS k
