-- Contributions of eligible people in the month: posts, replies, poll votes.
WITH counted AS (
    SELECT
        CAST(coalesce(sum(contributions), 0) AS BIGINT) AS contributions,
        CAST(coalesce(sum(posts), 0) AS BIGINT) AS posts,
        CAST(coalesce(sum(replies), 0) AS BIGINT) AS replies,
        CAST(coalesce(sum(poll_votes), 0) AS BIGINT) AS poll_votes,
        CAST(coalesce(sum(reactions), 0) AS BIGINT) AS reactions
    FROM active_days
    WHERE day >= $month_start
),
month_covered AS (
    SELECT bool_or(covered) AS covered FROM calendar
)
SELECT
    CASE WHEN m.covered THEN n.contributions END AS contributions,
    CASE WHEN m.covered THEN n.posts END AS posts,
    CASE WHEN m.covered THEN n.replies END AS replies,
    CASE WHEN m.covered THEN n.poll_votes END AS poll_votes,
    CASE WHEN m.covered THEN n.reactions END AS reactions,
    CASE WHEN NOT m.covered THEN 'why.not_covered' END AS why
FROM counted AS n
CROSS JOIN month_covered AS m
