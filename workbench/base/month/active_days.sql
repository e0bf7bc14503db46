-- What eligible people did, one row per person and local day, up to the end of the month; what was deleted before
-- that is not in it.
SELECT
    a.person_id,
    d.day,
    CAST(sum(d.contributions) AS BIGINT) AS contributions,
    CAST(sum(d.posts) AS BIGINT) AS posts,
    CAST(sum(d.replies) AS BIGINT) AS replies,
    CAST(sum(d.poll_votes) AS BIGINT) AS poll_votes,
    CAST(sum(d.reactions) AS BIGINT) AS reactions,
    CAST(sum(d.shares) AS BIGINT) AS shares,
    CAST(sum(d.presences) AS BIGINT) AS presences
FROM account_day AS d
JOIN accounts AS a ON a.member_id = d.member_id
JOIN eligible AS e ON e.person_id = a.person_id
CROSS JOIN period AS t
WHERE d.day < t.month_end AND (d.deleted_on IS NULL OR d.deleted_on >= t.month_end)
GROUP BY a.person_id, d.day
