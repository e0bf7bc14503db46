-- From accounts to people who count in this month: what each rule takes away. Accounts first seen after the month are
-- not in it; what keeps one account of a person out keeps all of them out.
WITH first_lines AS (
    SELECT
        member_id,
        min(CASE WHEN is_leave = 0 THEN instant END) AS join_at,
        min(CASE WHEN is_leave = 1 THEN instant END) AS leave_at
    FROM membership_lines
    GROUP BY member_id
),
first_seen AS (
    -- An account of which nothing is dated was there before the export began; so was one that left before it joined.
    SELECT
        a.member_id,
        a.person_id,
        p.counted_as,
        e.person_id IS NULL AS banned,
        (l.join_at IS NULL AND t.first_day IS NULL)
        OR l.leave_at < l.join_at
        OR l.join_at < $month_end_at
        OR t.first_day < $month_end AS seen
    FROM accounts AS a
    JOIN people AS p ON p.person_id = a.person_id
    LEFT JOIN eligible AS e ON e.person_id = a.person_id
    LEFT JOIN first_lines AS l ON l.member_id = a.member_id
    LEFT JOIN traces AS t ON t.member_id = a.member_id
),
counted AS (
    SELECT
        count(*) AS accounts,
        count(*) FILTER (WHERE counted_as = 'bot') AS bots,
        count(*) FILTER (WHERE counted_as = 'staff') AS staff,
        count(*) FILTER (WHERE counted_as = 'excluded') AS excluded,
        count(*) FILTER (WHERE counted_as = 'member' AND banned) AS banned,
        count(*) FILTER (WHERE counted_as = 'member' AND NOT banned) AS counting,
        count(DISTINCT CASE WHEN counted_as = 'member' AND NOT banned THEN person_id END) AS people
    FROM first_seen
    WHERE seen
),
steps AS (
    SELECT 1 AS place, 'accounts' AS step, accounts AS change, accounts AS remaining FROM counted
    UNION ALL
    SELECT 2, 'bots', -bots, accounts - bots FROM counted
    UNION ALL
    SELECT 3, 'staff', -staff, accounts - bots - staff FROM counted
    UNION ALL
    SELECT 4, 'excluded', -excluded, accounts - bots - staff - excluded FROM counted
    UNION ALL
    SELECT 5, 'banned', -banned, counting FROM counted
    UNION ALL
    SELECT 6, 'same_person', people - counting, people FROM counted
    UNION ALL
    SELECT 7, 'eligible', people, people FROM counted
)
SELECT step, change, remaining
FROM steps
ORDER BY place
