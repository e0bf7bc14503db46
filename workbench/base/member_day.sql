-- Roll-up: one row per account, group and local day; neutral facts of all accounts. A deleted message stays in
-- rows of its own (deleted_on), so that a report can count what was not yet deleted at its end.
WITH offsets AS (
    SELECT from_at, to_at, shift FROM utc_offsets WHERE to_at > $from_at AND from_at < $to_at
),
dated AS (
    SELECT e.member_id, e.group_id, e.kind, CAST(e.occurred_at + o.shift AS DATE) AS day, e.deleted_at
    FROM events AS e
    JOIN offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE e.occurred_at >= $from_at AND e.occurred_at < $to_at
),
facts AS (
    SELECT member_id, group_id, kind, day, CAST(NULL AS DATE) AS deleted_on FROM dated WHERE deleted_at IS NULL
    UNION ALL
    -- A clock may have changed between a message and its deletion: each has an offset of its own.
    SELECT d.member_id, d.group_id, d.kind, d.day, CAST(d.deleted_at + q.shift AS DATE)
    FROM dated AS d
    LEFT JOIN utc_offsets AS q ON d.deleted_at >= q.from_at AND d.deleted_at < q.to_at
    WHERE d.deleted_at IS NOT NULL
)
SELECT
    member_id,
    group_id,
    day,
    deleted_on,
    count(*) FILTER (WHERE kind IN ('post', 'reply', 'poll_vote')) AS contributions,
    count(*) FILTER (WHERE kind = 'post') AS posts,
    count(*) FILTER (WHERE kind = 'reply') AS replies,
    count(*) FILTER (WHERE kind = 'poll_vote') AS poll_votes,
    count(*) FILTER (WHERE kind = 'reaction') AS reactions,
    count(*) FILTER (WHERE kind = 'share') AS shares,
    count(*) FILTER (WHERE kind IN ('visit', 'attend')) AS presences
FROM facts
GROUP BY member_id, group_id, day, deleted_on
ORDER BY day, group_id
