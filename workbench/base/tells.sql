-- What the exports of each platform tell, and the first local day that they cover.
WITH platforms AS (
    SELECT platform FROM imports
    UNION
    SELECT platform FROM members
    UNION
    SELECT platform FROM coverage
    UNION
    SELECT platform FROM accounts
),
told AS (
    SELECT
        platform,
        bool_or(tells_joins) AS tells_joins,
        bool_or(tells_leaves) AS tells_leaves,
        bool_or(tells_visits) AS tells_visits
    FROM imports
    GROUP BY platform
),
first_days AS (
    SELECT platform, min(day) AS first_day FROM platform_days GROUP BY platform
)
SELECT
    p.platform,
    coalesce(t.tells_joins, false) AS tells_joins,
    coalesce(t.tells_leaves, false) AS tells_leaves,
    coalesce(t.tells_visits, false) AS tells_visits,
    coalesce(d.first_day, (SELECT min(day) FROM covered_days), DATE '1970-01-01') AS first_day
FROM platforms AS p
LEFT JOIN told AS t ON t.platform = p.platform
LEFT JOIN first_days AS d ON d.platform = p.platform
