-- Accounts of which an export told that they are closed, and nobody knows since when. Who was active on a day after that
-- export, or is told open by a later one, came back.
WITH covered AS (
    SELECT import_id, max(to_at) AS until_at FROM coverage GROUP BY import_id
)
SELECT DISTINCT m.member_id
FROM memberships AS m
LEFT JOIN members AS told ON told.member_id = m.member_id
LEFT JOIN traces AS tr ON tr.member_id = m.member_id
LEFT JOIN covered AS c ON c.import_id = m.import_id
LEFT JOIN utc_offsets AS o ON c.until_at >= o.from_at AND c.until_at < o.to_at
WHERE
    m.group_id IS NULL
    AND m.start_at IS NULL
    AND m.end_at IS NULL
    AND m.end_reason IS NOT NULL
    AND coalesce(told.deactivated, true)
    AND (tr.last_day IS NULL OR c.until_at IS NULL OR tr.last_day <= CAST(c.until_at + o.shift AS DATE))
