-- What eligible people did, one row per person and local day, up to the end of the month; what was deleted before
-- that is not in it. Nearly every row of account_day is such a row: only those of people with several accounts, and
-- of days with something deleted later, are summed up. The few who do not count are looked up, not the many others.
SELECT
    d.member_id AS person_id,
    d.day,
    d.contributions,
    d.posts,
    d.replies,
    d.poll_votes,
    d.reactions,
    d.shares,
    d.presences
FROM account_day AS d
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
LEFT JOIN deleted_later AS l ON l.member_id = d.member_id AND l.day = d.day
LEFT JOIN ineligible AS x ON x.person_id = d.member_id
WHERE
    d.deleted_at IS NULL
    AND d.member_id IS NOT NULL
    AND d.day < t.month_end
    AND s.member_id IS NULL
    AND l.member_id IS NULL
    AND x.person_id IS NULL
UNION ALL
SELECT
    coalesce(s.person_id, d.member_id),
    d.day,
    CAST(sum(d.contributions) AS BIGINT),
    CAST(sum(d.posts) AS BIGINT),
    CAST(sum(d.replies) AS BIGINT),
    CAST(sum(d.poll_votes) AS BIGINT),
    CAST(sum(d.reactions) AS BIGINT),
    CAST(sum(d.shares) AS BIGINT),
    CAST(sum(d.presences) AS BIGINT)
FROM account_day AS d
CROSS JOIN period AS t
LEFT JOIN several_accounts AS s ON s.member_id = d.member_id
LEFT JOIN deleted_later AS l ON l.member_id = d.member_id AND l.day = d.day
LEFT JOIN ineligible AS x ON x.person_id = coalesce(s.person_id, d.member_id)
WHERE
    (s.member_id IS NOT NULL OR l.member_id IS NOT NULL)
    AND (d.deleted_at IS NULL OR d.deleted_at >= t.month_end_at)
    AND d.day < t.month_end
    AND x.person_id IS NULL
GROUP BY coalesce(s.person_id, d.member_id), d.day
