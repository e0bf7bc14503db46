-- What eligible people did, one row per person and local day, up to the end of the month; what was deleted before
-- that is not in it. The few who do not count and the few accounts of somebody else are looked up, not the many others.
SELECT
    coalesce(i.person_id, d.member_id) AS person_id,
    d.day,
    CAST(sum(d.contributions) AS BIGINT) AS contributions,
    CAST(sum(d.posts) AS BIGINT) AS posts,
    CAST(sum(d.replies) AS BIGINT) AS replies,
    CAST(sum(d.poll_votes) AS BIGINT) AS poll_votes,
    CAST(sum(d.reactions) AS BIGINT) AS reactions,
    CAST(sum(d.shares) AS BIGINT) AS shares,
    CAST(sum(d.presences) AS BIGINT) AS presences
FROM account_day AS d
CROSS JOIN period AS t
LEFT JOIN other_accounts AS i ON i.member_id = d.member_id
LEFT JOIN ineligible AS x ON x.person_id = coalesce(i.person_id, d.member_id)
WHERE
    d.member_id IS NOT NULL
    AND x.person_id IS NULL
    AND d.day < t.month_end
    AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
GROUP BY coalesce(i.person_id, d.member_id), d.day
