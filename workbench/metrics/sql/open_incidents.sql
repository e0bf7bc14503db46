-- Incidents of the managers' log that nobody has closed by the end of the month, the oldest first. What a status calls
-- closed is closed, dated or not; an end after the month is not known yet.
SELECT
    l.entry_id,
    l.noted_at + o.shift AS noted_at_local,
    extract(epoch FROM ($month_end_at - l.noted_at)) / 3600 AS open_hours,
    coalesce(l.acknowledged_at < $month_end_at, false) AS acknowledged,
    coalesce(a.person_id, l.member_id) AS member_id,
    p.display_name,
    l.group_id,
    g.name AS group_name,
    CASE WHEN l.closed_at IS NULL THEN l.status END AS status,
    l.note AS text
FROM log AS l
JOIN utc_offsets AS o ON l.noted_at >= o.from_at AND l.noted_at < o.to_at
LEFT JOIN accounts AS a ON a.member_id = l.member_id
LEFT JOIN people AS p ON p.person_id = a.person_id
LEFT JOIN groups AS g ON g.group_id = l.group_id
WHERE
    l.kind = 'incident'
    AND l.noted_at < $month_end_at
    AND (
        l.closed_at >= $month_end_at
        OR (
            l.closed_at IS NULL
            AND NOT regexp_matches(
                lower(trim(coalesce(l.status, ''))), '^(closed|resolved|solved|done|clos|fermé|résolu|terminé)'
            )
        )
    )
ORDER BY l.noted_at, l.entry_id
