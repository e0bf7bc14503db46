-- Roll-up: one row per account, group and local day; neutral facts of all accounts. A deleted message stays in
-- rows of its own (deleted_at), so that a report can count what was not yet deleted at its end.
SELECT
    e.member_id,
    e.group_id,
    CAST(e.occurred_at + o.shift AS DATE) AS day,
    e.deleted_at,
    count(*) FILTER (WHERE e.kind IN ('post', 'reply', 'poll_vote')) AS contributions,
    count(*) FILTER (WHERE e.kind = 'post') AS posts,
    count(*) FILTER (WHERE e.kind = 'reply') AS replies,
    count(*) FILTER (WHERE e.kind = 'poll_vote') AS poll_votes,
    count(*) FILTER (WHERE e.kind = 'reaction') AS reactions,
    count(*) FILTER (WHERE e.kind = 'share') AS shares,
    count(*) FILTER (WHERE e.kind IN ('visit', 'attend')) AS presences
FROM events AS e
JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
WHERE e.occurred_at >= $from_at AND e.occurred_at < $to_at
GROUP BY e.member_id, e.group_id, CAST(e.occurred_at + o.shift AS DATE), e.deleted_at
