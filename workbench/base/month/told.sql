-- One row: whether the exports of every platform on which somebody counts tell joins, leaves and visits, and whether
-- at least one of them tells leaves. What is known of some platforms only is not known of the community.
-- Accounts are counted, and the few that do not count taken off, for to look up each of them would cost more.
WITH everybody AS (
    SELECT platform, count(*) AS accounts FROM accounts GROUP BY platform
),
others AS (
    SELECT a.platform, count(*) AS accounts
    FROM accounts AS a
    JOIN ineligible AS x ON x.person_id = a.person_id
    GROUP BY a.platform
),
platforms AS (
    SELECT e.platform
    FROM everybody AS e
    LEFT JOIN others AS o ON o.platform = e.platform
    WHERE e.accounts > coalesce(o.accounts, 0)
)
SELECT
    coalesce(bool_and(k.tells_joins), false) AS joins,
    coalesce(bool_and(k.tells_leaves), false) AS leaves,
    coalesce(bool_and(k.tells_visits), false) AS visits,
    coalesce(bool_or(k.tells_leaves), false) AS some_leaves
FROM platforms AS p
JOIN tells AS k ON k.platform = p.platform
