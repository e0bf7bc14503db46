-- The stay of everybody with one account who joined at most once, and left at most once after that: nearly everybody.
-- All that is known of it at any time, so that a month reads it instead of making it anew; columns as in `stays`.
WITH lines_of_accounts AS (
    SELECT
        member_id,
        min(CASE WHEN is_leave = 0 THEN instant END) AS first_join,
        max(CASE WHEN is_leave = 0 THEN instant END) AS last_join,
        min(CASE WHEN is_leave = 1 THEN instant END) AS first_leave,
        max(CASE WHEN is_leave = 1 THEN instant END) AS last_leave,
        min(CASE WHEN is_leave = 0 THEN day END) AS joined_on,
        max(CASE WHEN is_leave = 1 THEN day END) AS left_on,
        min(reason) AS end_reason,
        count(*) = count(day) AS all_dated
    FROM membership_lines
    GROUP BY member_id
),
known AS (
    SELECT
        a.member_id AS person_id,
        CASE
            WHEN l.joined_on IS NOT NULL THEN 'dated'
            WHEN tr.first_day IS NULL OR tr.first_day <= k.first_day OR tr.first_day > l.left_on THEN 'opening'
            ELSE 'imputed'
        END AS join_kind,
        coalesce(l.joined_on, tr.first_day) AS known_join,
        k.first_day AS coverage_start,
        CASE WHEN l.left_on IS NOT NULL THEN 'dated' WHEN c.member_id IS NOT NULL THEN 'undated' END AS end_kind,
        CASE
            WHEN l.left_on IS NOT NULL THEN l.left_on
            WHEN c.member_id IS NOT NULL THEN coalesce(tr.last_day, l.joined_on)
        END AS left_on,
        CASE WHEN l.left_on IS NULL AND c.member_id IS NOT NULL THEN 'deactivated' ELSE l.end_reason END AS end_reason
    FROM accounts AS a
    JOIN tells AS k ON k.platform = a.platform
    LEFT JOIN lines_of_accounts AS l ON l.member_id = a.member_id
    LEFT JOIN traces AS tr ON tr.member_id = a.member_id
    LEFT JOIN closed_accounts AS c ON c.member_id = a.member_id
    LEFT JOIN several_accounts AS s ON s.member_id = a.member_id
    WHERE
        s.member_id IS NULL
        AND coalesce(l.all_dated, true)
        AND coalesce(l.first_join = l.last_join, true)
        AND coalesce(l.first_leave = l.last_leave, true)
        AND coalesce(l.first_join < l.first_leave, true)
        -- A closed account without any trace was never seen here.
        AND (c.member_id IS NULL OR tr.last_day IS NOT NULL OR l.joined_on IS NOT NULL OR l.left_on IS NOT NULL)
)
SELECT
    person_id,
    CASE
        WHEN join_kind <> 'opening' THEN known_join
        WHEN left_on < coverage_start THEN left_on
        ELSE coverage_start
    END AS joined_on,
    join_kind,
    CASE WHEN join_kind <> 'opening' AND left_on < known_join THEN known_join ELSE left_on END AS left_on,
    end_kind,
    end_reason
FROM known
