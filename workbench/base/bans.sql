-- From when to when a person was banned, in local days; lifted_on is null while the ban lasts.
WITH bans AS (
    SELECT member_id, acted_at FROM moderation WHERE action = 'ban'
    UNION
    SELECT member_id, end_at FROM memberships WHERE end_reason = 'banned' AND group_id IS NULL AND end_at IS NOT NULL
)
SELECT
    a.person_id,
    CAST(b.acted_at + o.shift AS DATE) AS banned_on,
    (
        SELECT min(CAST(u.acted_at + o2.shift AS DATE))
        FROM moderation AS u
        JOIN utc_offsets AS o2 ON u.acted_at >= o2.from_at AND u.acted_at < o2.to_at
        WHERE u.member_id = b.member_id AND u.action = 'unban' AND u.acted_at > b.acted_at
    ) AS lifted_on
FROM bans AS b
JOIN accounts AS a ON a.member_id = b.member_id
JOIN utc_offsets AS o ON b.acted_at >= o.from_at AND b.acted_at < o.to_at
