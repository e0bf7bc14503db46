-- Contributions of the month whose author's account was deleted: they are in no other number.
WITH counted AS (
    SELECT CAST(coalesce(sum(contributions), 0) AS BIGINT) AS contributions
    FROM account_day
    WHERE
        member_id IS NULL
        AND day >= $month_start
        AND day < $month_end
        AND (deleted_at IS NULL OR deleted_at >= $month_end_at)
),
month_covered AS (
    SELECT bool_or(covered) AS covered FROM calendar
)
SELECT
    CASE WHEN m.covered THEN n.contributions END AS contributions_deleted_accounts,
    CASE WHEN NOT m.covered THEN 'why.not_covered' END AS why
FROM counted AS n
CROSS JOIN month_covered AS m
