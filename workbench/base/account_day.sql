-- Roll-up: member_day without its groups.
SELECT
    member_id,
    day,
    deleted_at,
    CAST(sum(contributions) AS BIGINT) AS contributions,
    CAST(sum(posts) AS BIGINT) AS posts,
    CAST(sum(replies) AS BIGINT) AS replies,
    CAST(sum(poll_votes) AS BIGINT) AS poll_votes,
    CAST(sum(reactions) AS BIGINT) AS reactions,
    CAST(sum(shares) AS BIGINT) AS shares,
    CAST(sum(presences) AS BIGINT) AS presences
FROM member_day
GROUP BY 1, 2, 3
