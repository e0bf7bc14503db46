-- Platforms that forget: how many days each keeps, how long the longest imported file reaches, and by when to export again
-- so that no day is lost.
WITH known AS (
    SELECT 'slack' AS source, 90 AS window_days
    UNION ALL
    SELECT 'discord', 120
),
spans AS (
    SELECT
        c.import_id,
        c.platform,
        max(CAST(c.to_at + t.shift AS DATE)) - min(CAST(c.from_at + f.shift AS DATE)) + 1 AS days,
        max(CAST(c.to_at + t.shift AS DATE)) AS last_day
    FROM coverage AS c
    JOIN utc_offsets AS f ON c.from_at >= f.from_at AND c.from_at < f.to_at
    JOIN utc_offsets AS t ON c.to_at >= t.from_at AND c.to_at < t.to_at
    GROUP BY c.import_id, c.platform
)
SELECT
    s.platform,
    k.source,
    k.window_days,
    CAST(max(s.days) AS INTEGER) AS longest_days,
    max(s.last_day) AS last_day,
    max(s.last_day) + k.window_days AS export_by,
    max(s.days) >= k.window_days - 2 AND max(s.days) <= k.window_days + 1 AS looks_cut
FROM spans AS s
JOIN imports AS i ON i.import_id = s.import_id
JOIN known AS k ON k.source = i.source
GROUP BY s.platform, k.source, k.window_days
ORDER BY s.platform, k.source
