-- What each imported file brought: its span, the events the store holds from it, the records it could not read.
WITH spans AS (
    SELECT import_id, min(from_at) AS from_at, max(to_at) AS to_at FROM coverage GROUP BY import_id
),
unread AS (
    SELECT import_id, count(*) AS problems FROM problems GROUP BY import_id
)
SELECT
    i.file_name,
    i.source,
    i.platform,
    CAST(s.from_at + f.shift AS DATE) AS first_day,
    CAST(s.to_at + l.shift AS DATE) AS last_day,
    coalesce(u.problems, 0) AS problems,
    i.time_zone,
    i.import_id
FROM imports AS i
LEFT JOIN spans AS s ON s.import_id = i.import_id
LEFT JOIN utc_offsets AS f ON s.from_at >= f.from_at AND s.from_at < f.to_at
LEFT JOIN utc_offsets AS l ON s.to_at >= l.from_at AND s.to_at < l.to_at
LEFT JOIN unread AS u ON u.import_id = i.import_id
ORDER BY first_day, i.file_name, i.import_id
