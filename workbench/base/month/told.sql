-- One row: whether the exports of every platform on which somebody counts tell joins, leaves and visits, and whether
-- at least one of them tells leaves. What is known of some platforms only is not known of the community.
WITH platforms AS (
    SELECT DISTINCT a.platform
    FROM accounts AS a
    WHERE NOT EXISTS (SELECT 1 FROM ineligible AS x WHERE x.person_id = a.person_id)
)
SELECT
    coalesce(bool_and(k.tells_joins), false) AS joins,
    coalesce(bool_and(k.tells_leaves), false) AS leaves,
    coalesce(bool_and(k.tells_visits), false) AS visits,
    coalesce(bool_or(k.tells_leaves), false) AS some_leaves
FROM platforms AS p
JOIN tells AS k ON k.platform = p.platform
