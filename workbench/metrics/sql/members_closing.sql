-- Members at the midnight that ends the month: joined before it, not left before it.
SELECT
    CASE WHEN bool_or(c.covered) THEN (SELECT count(*) FROM month_members WHERE at_closing) END AS members_closing,
    CASE WHEN NOT bool_or(c.covered) THEN 'why.not_covered' END AS why
FROM calendar AS c
