-- What the exports say of joining and leaving the community, a row each time it is said, with its local day. Leaves
-- only where the exports of that platform tell leaves.
WITH said AS (
    SELECT member_id, joined_at AS instant, 0 AS is_leave, CAST(NULL AS VARCHAR) AS reason
    FROM members
    WHERE joined_at IS NOT NULL
    UNION ALL
    SELECT member_id, start_at, 0, NULL FROM memberships WHERE group_id IS NULL AND start_at IS NOT NULL
    UNION ALL
    SELECT member_id, end_at, 1, coalesce(end_reason, 'unknown')
    FROM memberships
    WHERE group_id IS NULL AND end_at IS NOT NULL
    UNION ALL
    SELECT member_id, acted_at, 1, 'banned' FROM moderation WHERE action = 'ban'
)
SELECT l.member_id, l.instant, CAST(l.instant + o.shift AS DATE) AS day, l.is_leave, l.reason
FROM said AS l
JOIN accounts AS a ON a.member_id = l.member_id
JOIN tells AS k ON k.platform = a.platform
LEFT JOIN utc_offsets AS o ON l.instant >= o.from_at AND l.instant < o.to_at
WHERE l.is_leave = 0 OR k.tells_leaves
