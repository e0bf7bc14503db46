-- Roll-up: one row per account, group and local day; neutral facts of all accounts. A deleted message stays in
-- rows of its own (deleted_on), so that a report can count what was not yet deleted at its end.
WITH asked AS (
    SELECT member_id, group_id, kind, occurred_at, deleted_at
    FROM events
    WHERE occurred_at >= $from_at AND occurred_at < $to_at
),
deletions AS (
    -- A clock may have changed between a message and its deletion: each has an offset of its own.
    SELECT DISTINCT d.deleted_at, CAST(d.deleted_at + q.shift AS DATE) AS deleted_on
    FROM asked AS d
    JOIN utc_offsets AS q ON d.deleted_at >= q.from_at AND d.deleted_at < q.to_at
)
SELECT
    e.member_id,
    e.group_id,
    CAST(e.occurred_at + o.shift AS DATE) AS day,
    d.deleted_on,
    count(*) FILTER (WHERE e.kind IN ('post', 'reply', 'poll_vote')) AS contributions,
    count(*) FILTER (WHERE e.kind = 'post') AS posts,
    count(*) FILTER (WHERE e.kind = 'reply') AS replies,
    count(*) FILTER (WHERE e.kind = 'poll_vote') AS poll_votes,
    count(*) FILTER (WHERE e.kind = 'reaction') AS reactions,
    count(*) FILTER (WHERE e.kind = 'share') AS shares,
    count(*) FILTER (WHERE e.kind IN ('visit', 'attend')) AS presences
FROM asked AS e
JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
LEFT JOIN deletions AS d ON d.deleted_at = e.deleted_at
GROUP BY 1, 2, 3, 4
ORDER BY 3, 1, 2, 4
