-- The stays of the tangled accounts' people as known at the end of the month; see `stays`.
-- A leave with a return within 7 days is no leave: stays that overlap or lie so close are one (an island).
WITH instants AS (
    SELECT
        l.member_id,
        l.instant,
        min(l.day) AS day,
        min(l.is_leave) = 0 AS joins,
        max(l.is_leave) = 1 AS leaves,
        min(l.reason) AS reason
    FROM tangled_lines AS l
    CROSS JOIN period AS t
    WHERE l.instant < t.month_end_at AND l.day IS NOT NULL
    GROUP BY l.member_id, l.instant
),
before AS (
    -- Where a join and a leave bear the same instant, their order depends on what went before: a member left and
    -- came back, anybody else came and left. Either way such an instant changes nothing for those after it.
    SELECT
        *,
        max(CASE WHEN joins AND NOT leaves THEN instant END) OVER earlier AS last_join,
        max(CASE WHEN leaves AND NOT joins THEN instant END) OVER earlier AS last_leave
    FROM instants
    WINDOW earlier AS (PARTITION BY member_id ORDER BY instant ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
ranked AS (
    SELECT *, last_join IS NOT NULL AND (last_leave IS NULL OR last_leave < last_join) AS was_member FROM before
),
lines_in_order AS (
    SELECT member_id, instant, day, 0 AS is_leave, NULL AS reason, CASE WHEN was_member THEN 1 ELSE 0 END AS place
    FROM ranked
    WHERE joins
    UNION ALL
    SELECT member_id, instant, day, 1, reason, CASE WHEN was_member THEN 0 ELSE 1 END
    FROM ranked
    WHERE leaves
),
numbered AS (
    SELECT
        *,
        sum(is_leave) OVER (
            PARTITION BY member_id ORDER BY instant, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - is_leave AS leaves_before
    FROM lines_in_order
),
joining_later AS (
    -- Whose first line is a join, which is not before the end of the month or would be in `instants`.
    SELECT l.member_id
    FROM tangled_lines AS l
    GROUP BY l.member_id
    HAVING min(CASE WHEN l.is_leave = 0 THEN l.instant END) = min(l.instant)
),
leaving_later AS (
    SELECT l.member_id, min(l.day) AS left_on
    FROM tangled_lines AS l
    CROSS JOIN period AS t
    WHERE l.is_leave = 1 AND l.instant >= t.month_end_at
    GROUP BY l.member_id
),
account_stays AS (
    -- A first leave without a join ends a stay whose beginning is not in the export; a second leave in a row
    -- tells nothing.
    SELECT
        member_id,
        min(CASE WHEN is_leave = 0 THEN day END) AS joined_on,
        max(CASE WHEN is_leave = 1 THEN day END) AS left_on,
        max(reason) AS end_reason
    FROM numbered
    GROUP BY member_id, leaves_before
    HAVING min(is_leave) = 0 OR leaves_before = 0
    UNION ALL
    SELECT a.member_id, NULL, NULL, NULL
    FROM tangled_accounts AS a
    WHERE
        NOT EXISTS (SELECT 1 FROM instants AS i WHERE i.member_id = a.member_id)
        AND NOT EXISTS (SELECT 1 FROM joining_later AS j WHERE j.member_id = a.member_id)
),
closed AS (
    -- Unless another import dates the departure: then the account was not yet closed at the end of this month.
    SELECT c.member_id
    FROM closed_accounts AS c
    WHERE NOT EXISTS (SELECT 1 FROM leaving_later AS n WHERE n.member_id = c.member_id)
),
known AS (
    SELECT
        a.person_id,
        CASE
            WHEN s.joined_on IS NOT NULL THEN 'dated'
            WHEN tr.first_day IS NULL OR tr.first_day <= k.first_day THEN 'opening'
            WHEN tr.first_day > coalesce(s.left_on, n.left_on) THEN 'opening'
            ELSE 'imputed'
        END AS join_kind,
        coalesce(s.joined_on, tr.first_day) AS known_join,
        k.first_day AS coverage_start,
        CASE WHEN s.left_on IS NOT NULL THEN 'dated' WHEN c.member_id IS NOT NULL THEN 'undated' END AS end_kind,
        CASE
            WHEN s.left_on IS NOT NULL THEN s.left_on
            WHEN c.member_id IS NOT NULL THEN coalesce(tr.last_day, s.joined_on)
        END AS left_on,
        CASE WHEN s.left_on IS NULL AND c.member_id IS NOT NULL THEN 'deactivated' ELSE s.end_reason END AS end_reason
    FROM account_stays AS s
    JOIN tangled_accounts AS a ON a.member_id = s.member_id
    JOIN tells AS k ON k.platform = a.platform
    LEFT JOIN traces AS tr ON tr.member_id = s.member_id
    LEFT JOIN closed AS c ON c.member_id = s.member_id
    LEFT JOIN leaving_later AS n ON n.member_id = s.member_id
    WHERE
        NOT EXISTS (SELECT 1 FROM ineligible AS x WHERE x.person_id = a.person_id)
        -- A closed account without any trace was never seen here.
        AND (c.member_id IS NULL OR tr.last_day IS NOT NULL OR s.joined_on IS NOT NULL OR s.left_on IS NOT NULL)
),
placed AS (
    SELECT
        person_id,
        join_kind,
        CASE
            WHEN join_kind <> 'opening' THEN known_join
            WHEN left_on < coverage_start THEN left_on
            ELSE coverage_start
        END AS joined_on,
        end_kind,
        CASE WHEN join_kind <> 'opening' AND left_on < known_join THEN known_join ELSE left_on END AS left_on,
        end_reason
    FROM known
),
seen AS (
    -- A closed account whose last trace is later than the month has not left yet.
    SELECT
        p.person_id,
        p.join_kind,
        p.joined_on,
        CASE WHEN p.left_on < t.month_end THEN p.left_on END AS left_on,
        CASE WHEN p.left_on < t.month_end THEN p.end_kind END AS end_kind,
        CASE WHEN p.left_on < t.month_end THEN p.end_reason END AS end_reason,
        coalesce(CASE WHEN p.left_on < t.month_end THEN p.left_on END, DATE '9999-12-31') AS here_until
    FROM placed AS p
    CROSS JOIN period AS t
    WHERE p.joined_on < t.month_end
),
seen_once AS (
    SELECT
        person_id,
        min(joined_on) AS joined_on,
        min(join_kind) AS join_kind,
        min(left_on) AS left_on,
        min(end_kind) AS end_kind,
        min(end_reason) AS end_reason
    FROM seen
    GROUP BY person_id
    HAVING count(*) = 1
),
spaced AS (
    SELECT
        *,
        max(here_until) OVER (
            PARTITION BY person_id ORDER BY joined_on, here_until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS here_before
    FROM seen
    WHERE person_id IN (SELECT person_id FROM seen GROUP BY person_id HAVING count(*) > 1)
),
islands AS (
    SELECT
        *,
        sum(CASE WHEN here_before IS NULL OR joined_on > here_before + INTERVAL 7 DAY THEN 1 ELSE 0 END) OVER (
            PARTITION BY person_id ORDER BY joined_on, here_until ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM spaced
),
bounded AS (
    SELECT
        *,
        min(joined_on) OVER (PARTITION BY person_id, island) AS first_on,
        max(here_until) OVER (PARTITION BY person_id, island) AS last_on
    FROM islands
)
-- An island begins as its first stay begins and ends as its last one ends; of several on that day the better known.
SELECT
    person_id,
    CAST(island AS INTEGER) AS stay,
    min(joined_on) AS joined_on,
    CASE
        WHEN bool_or(joined_on = first_on AND join_kind = 'opening') THEN 'opening'
        WHEN bool_or(joined_on = first_on AND join_kind = 'dated') THEN 'dated'
        ELSE 'imputed'
    END AS join_kind,
    max(CASE WHEN here_until = last_on THEN left_on END) AS left_on,
    min(CASE WHEN here_until = last_on THEN end_kind END) AS end_kind,
    coalesce(
        min(CASE WHEN here_until = last_on AND end_kind = 'dated' THEN end_reason END),
        min(CASE WHEN here_until = last_on THEN end_reason END)
    ) AS end_reason
FROM bounded
GROUP BY person_id, island
UNION ALL
SELECT person_id, 1, joined_on, join_kind, left_on, end_kind, end_reason
FROM seen_once
