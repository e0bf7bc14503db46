-- Days on which an imported file begins or ends inside the data of its platform, with what was written in the 28 covered
-- days before and after: where much more or much less is told, or groups are gone, the numbers may jump for the data's
-- sake. Contributions of all accounts, for a robot's silence tells as much of an export.
WITH spans AS (
    SELECT
        c.import_id,
        c.platform,
        min(CAST(c.from_at + f.shift AS DATE)) AS first_day,
        max(CAST(c.to_at + t.shift AS DATE)) AS last_day
    FROM coverage AS c
    JOIN utc_offsets AS f ON c.from_at >= f.from_at AND c.from_at < f.to_at
    JOIN utc_offsets AS t ON c.to_at >= t.from_at AND c.to_at < t.to_at
    GROUP BY c.import_id, c.platform
),
edges AS (
    SELECT platform, min(first_day) AS first_day, max(last_day) AS last_day FROM spans GROUP BY platform
),
borders AS (
    SELECT s.platform, s.import_id, s.first_day AS day, 'begins' AS what
    FROM spans AS s
    JOIN edges AS e ON e.platform = s.platform AND s.first_day > e.first_day
    UNION ALL
    SELECT s.platform, s.import_id, s.last_day + 1, 'ends'
    FROM spans AS s
    JOIN edges AS e ON e.platform = s.platform AND s.last_day < e.last_day
),
days AS (
    SELECT platform, day, count(DISTINCT import_id) AS files, min(what) AS what, min(import_id) AS import_id
    FROM borders
    WHERE day < $month_end
    GROUP BY platform, day
),
told AS (
    SELECT split_part(d.member_id, ':', 1) AS platform, d.group_id, d.day, CAST(sum(d.contributions) AS BIGINT) AS n
    FROM member_day AS d
    WHERE d.contributions > 0 AND d.member_id IS NOT NULL AND d.day < $month_end
    GROUP BY split_part(d.member_id, ':', 1), d.group_id, d.day
),
covered AS (
    SELECT
        b.platform,
        b.day,
        count(CASE WHEN p.day < b.day THEN 1 END) AS days_before,
        count(CASE WHEN p.day >= b.day THEN 1 END) AS days_after
    FROM days AS b
    LEFT JOIN platform_days AS p
        ON p.platform = b.platform AND p.day >= b.day - 28 AND p.day < b.day + 28 AND p.day < $month_end
    GROUP BY b.platform, b.day
),
written AS (
    SELECT
        b.platform,
        b.day,
        sum(CASE WHEN t.day < b.day THEN t.n ELSE 0 END) AS n_before,
        sum(CASE WHEN t.day >= b.day THEN t.n ELSE 0 END) AS n_after,
        count(DISTINCT CASE WHEN t.day < b.day THEN t.group_id END) AS groups_before,
        count(DISTINCT CASE WHEN t.day >= b.day THEN t.group_id END) AS groups_after
    FROM days AS b
    JOIN told AS t ON t.platform = b.platform AND t.day >= b.day - 28 AND t.day < b.day + 28
    GROUP BY b.platform, b.day
),
compared AS (
    SELECT
        b.platform,
        b.day,
        b.what,
        i.file_name,
        CAST(coalesce(w.n_before, 0) AS DOUBLE) / nullif(c.days_before, 0) AS per_day_before,
        CAST(coalesce(w.n_after, 0) AS DOUBLE) / nullif(c.days_after, 0) AS per_day_after,
        coalesce(w.groups_before, 0) AS groups_before,
        coalesce(w.groups_after, 0) AS groups_after,
        c.days_before >= 14 AND c.days_after >= 14 AND coalesce(w.n_before + w.n_after, 0) >= 50 AS enough
    FROM days AS b
    JOIN covered AS c ON c.platform = b.platform AND c.day = b.day
    LEFT JOIN written AS w ON w.platform = b.platform AND w.day = b.day
    LEFT JOIN imports AS i ON i.import_id = b.import_id
)
SELECT
    platform,
    day,
    what,
    file_name,
    per_day_before,
    per_day_after,
    groups_before,
    groups_after,
    CASE
        WHEN enough
            THEN
                per_day_after > 2 * per_day_before
                OR per_day_before > 2 * per_day_after
                OR groups_after > 2 * groups_before
                OR groups_before > 2 * groups_after
    END AS broken,
    CASE WHEN NOT enough THEN 'why.coverage_too_little' END AS why
FROM compared
ORDER BY day, platform
