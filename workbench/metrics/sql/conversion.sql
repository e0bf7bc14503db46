-- Four steps in the 28 local days that end with the month: outsiders who visited; members; those who contributed; those who
-- did so in 3 of the 4 weeks or more. Members: on at least one of these days. Outsiders: no members when they began.
WITH members_in_window AS (
    SELECT DISTINCT person_id FROM stays WHERE left_on IS NULL OR left_on >= $window_start
),
members_before AS (
    SELECT DISTINCT person_id
    FROM stays
    WHERE
        (joined_on < $window_start OR join_kind = 'opening')
        AND (left_on IS NULL OR left_on >= $window_start)
),
joined AS (
    SELECT DISTINCT person_id FROM stays WHERE joined_on >= $window_start AND join_kind <> 'opening'
),
-- A visitor who is named once is known in all visits of the window.
known_visitors AS (
    SELECT v.visitor_id, max(v.member_id) AS member_id
    FROM visits AS v
    JOIN utc_offsets AS o ON v.visited_at >= o.from_at AND v.visited_at < o.to_at
    WHERE v.visited_at + o.shift >= $window_start AND v.visited_at < $month_end_at
    GROUP BY v.visitor_id
),
visitors AS (
    SELECT DISTINCT coalesce(a.person_id, v.visitor_id) AS visitor, a.person_id
    FROM known_visitors AS v
    LEFT JOIN accounts AS a ON a.member_id = v.member_id
    WHERE a.person_id IS NULL OR a.person_id IN (SELECT person_id FROM eligible)
    UNION
    SELECT person_id, person_id FROM active_days WHERE day >= $window_start AND presences > 0
),
outsiders AS (
    SELECT v.visitor, v.person_id
    FROM visitors AS v
    LEFT JOIN members_before AS m ON m.person_id = v.person_id
    WHERE m.person_id IS NULL
),
weeks AS (
    SELECT DISTINCT
        d.person_id,
        CASE
            WHEN d.day < $window_start + INTERVAL 7 DAY THEN 1
            WHEN d.day < $window_start + INTERVAL 14 DAY THEN 2
            WHEN d.day < $window_start + INTERVAL 21 DAY THEN 3
            ELSE 4
        END AS week
    FROM active_days AS d
    JOIN members_in_window AS m ON m.person_id = d.person_id
    WHERE d.contributions > 0 AND d.day >= $window_start
),
contributors AS (
    SELECT person_id, count(*) AS weeks FROM weeks GROUP BY person_id
),
counted AS (
    SELECT
        (SELECT count(*) FROM outsiders) AS visitors,
        (SELECT count(*) FROM visitors WHERE person_id IS NOT NULL) AS named,
        (SELECT count(*) FROM outsiders AS o JOIN joined AS j ON j.person_id = o.person_id) AS joined,
        (SELECT count(*) FROM members_in_window) AS members,
        (SELECT count(*) FROM contributors) AS contributors,
        (SELECT count(*) FROM contributors WHERE weeks >= 3) AS regular,
        (SELECT count(*) FROM calendar WHERE covered AND day >= $window_start) AS covered_days,
        k.visits
    FROM told AS k
),
steps AS (
    SELECT
        1 AS place,
        'visitors' AS step,
        CASE WHEN visits AND covered_days > 0 THEN visitors END AS people,
        CAST(NULL AS BIGINT) AS numerator,
        CAST(NULL AS BIGINT) AS denominator,
        CASE WHEN NOT visits THEN 'why.no_visits' WHEN covered_days = 0 THEN 'why.not_covered' END AS why
    FROM counted
    UNION ALL
    SELECT
        2,
        'members',
        CASE WHEN covered_days > 0 THEN members END,
        CASE WHEN visits AND named > 0 AND covered_days > 0 THEN joined END,
        CASE WHEN visits AND covered_days > 0 THEN visitors END,
        CASE
            WHEN NOT visits THEN 'why.no_visits'
            WHEN covered_days = 0 THEN 'why.not_covered'
            WHEN visitors = 0 THEN 'why.onboarding_no_visitors'
            ELSE 'why.onboarding_nameless_visits'
        END
    FROM counted
    UNION ALL
    SELECT
        3,
        'contributors',
        CASE WHEN covered_days > 0 THEN contributors END,
        CASE WHEN covered_days > 0 THEN contributors END,
        CASE WHEN covered_days > 0 THEN members END,
        CASE WHEN covered_days = 0 THEN 'why.not_covered' ELSE 'why.no_members' END
    FROM counted
    UNION ALL
    SELECT
        4,
        'regular',
        CASE WHEN covered_days > 0 THEN regular END,
        CASE WHEN covered_days > 0 THEN regular END,
        CASE WHEN covered_days > 0 THEN contributors END,
        CASE WHEN covered_days = 0 THEN 'why.not_covered' ELSE 'why.onboarding_no_contributors' END
    FROM counted
)
SELECT step, people, numerator, denominator, why FROM steps ORDER BY place
