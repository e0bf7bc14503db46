-- The stays of eligible people as known at the end of the month, in local days. Member on the days joined_on to the
-- day before left_on. A leave with a return within 7 days is no leave, hence the islands.
-- join_kind: dated; imputed (first trace); opening (here before the export begins).
-- end_kind: dated; undated (account closed, nobody knows when: until its last trace); null = still here.
WITH lines AS (
    SELECT member_id, joined_at AS instant, 0 AS is_leave, NULL AS reason FROM members WHERE joined_at IS NOT NULL
    UNION
    SELECT member_id, start_at, 0, NULL FROM memberships WHERE group_id IS NULL AND start_at IS NOT NULL
    UNION
    SELECT member_id, end_at, 1, coalesce(end_reason, 'unknown')
    FROM memberships
    WHERE group_id IS NULL AND end_at IS NOT NULL
    UNION
    SELECT member_id, acted_at, 1, 'banned' FROM moderation WHERE action = 'ban'
),
local_lines AS (
    SELECT l.*, CAST(l.instant + o.shift AS DATE) AS day
    FROM lines AS l
    JOIN utc_offsets AS o ON l.instant >= o.from_at AND l.instant < o.to_at
    CROSS JOIN period AS t
    JOIN accounts AS a ON a.member_id = l.member_id
    JOIN tells AS k ON k.platform = a.platform
    WHERE l.instant < t.month_end_at AND (l.is_leave = 0 OR k.tells_leaves)
),
paired AS (
    SELECT
        *,
        min(CASE WHEN is_leave = 1 THEN instant END) OVER (
            PARTITION BY member_id ORDER BY instant, is_leave, reason
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS leave_at,
        lag(is_leave) OVER (PARTITION BY member_id ORDER BY instant, is_leave, reason) AS line_before
    FROM local_lines
),
account_stays AS (
    -- A leave without a join before it ends a stay whose beginning is not in the export; a second leave in a row tells nothing.
    SELECT
        member_id,
        min(CASE WHEN is_leave = 0 THEN day END) AS joined_on,
        max(CASE WHEN is_leave = 1 AND instant = leave_at THEN day END) AS left_on,
        max(CASE WHEN is_leave = 1 AND instant = leave_at THEN reason END) AS end_reason
    FROM paired
    WHERE is_leave = 0 OR line_before IS NULL OR line_before = 0
    GROUP BY member_id, leave_at
    UNION ALL
    SELECT a.member_id, NULL, NULL, NULL
    FROM accounts AS a
    WHERE a.member_id NOT IN (SELECT member_id FROM local_lines)
        AND a.member_id NOT IN (SELECT member_id FROM lines WHERE is_leave = 0)
),
closed AS (
    SELECT DISTINCT member_id
    FROM memberships
    WHERE group_id IS NULL AND start_at IS NULL AND end_at IS NULL
),
known AS (
    SELECT
        a.person_id,
        CASE
            WHEN s.joined_on IS NOT NULL THEN 'dated'
            WHEN tr.first_day IS NULL OR tr.first_day <= k.first_day THEN 'opening'
            WHEN s.left_on IS NOT NULL AND tr.first_day > s.left_on THEN 'opening'
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
    JOIN accounts AS a ON a.member_id = s.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    JOIN tells AS k ON k.platform = a.platform
    LEFT JOIN traces AS tr ON tr.member_id = s.member_id
    LEFT JOIN closed AS c ON c.member_id = s.member_id
    -- A closed account without any trace was never seen here.
    WHERE NOT (c.member_id IS NOT NULL AND tr.last_day IS NULL AND s.joined_on IS NULL AND s.left_on IS NULL)
),
placed AS (
    SELECT
        person_id,
        join_kind,
        CASE WHEN join_kind = 'opening' THEN least(coalesce(coverage_start, left_on), coalesce(left_on, coverage_start)) ELSE known_join END
            AS joined_on,
        end_kind,
        CASE WHEN left_on < known_join AND join_kind <> 'opening' THEN known_join ELSE left_on END AS left_on,
        end_reason
    FROM known
),
ordered AS (
    SELECT
        p.*,
        max(coalesce(left_on, DATE '9999-12-31')) OVER (
            PARTITION BY person_id ORDER BY joined_on, coalesce(left_on, DATE '9999-12-31')
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS left_before
    FROM placed AS p
    CROSS JOIN period AS t
    WHERE p.joined_on < t.month_end OR p.join_kind = 'opening'
),
islands AS (
    SELECT
        *,
        sum(CASE WHEN left_before IS NOT NULL AND joined_on <= left_before + INTERVAL 7 DAY THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_id ORDER BY joined_on, coalesce(left_on, DATE '9999-12-31')
            ROWS UNBOUNDED PRECEDING
        ) AS island
    FROM ordered
)
SELECT
    person_id,
    CAST(island AS INTEGER) AS stay,
    min(joined_on) AS joined_on,
    CASE
        WHEN bool_or(join_kind = 'opening') THEN 'opening'
        WHEN bool_or(join_kind = 'imputed' AND island = 1) THEN 'imputed'
        ELSE 'dated'
    END AS join_kind,
    CASE WHEN bool_or(left_on IS NULL) THEN NULL ELSE max(left_on) END AS left_on,
    CASE WHEN bool_or(left_on IS NULL) THEN NULL ELSE arg_max(end_kind, left_on) END AS end_kind,
    CASE WHEN bool_or(left_on IS NULL) THEN NULL ELSE arg_max(end_reason, left_on) END AS end_reason
FROM islands
GROUP BY person_id, island
