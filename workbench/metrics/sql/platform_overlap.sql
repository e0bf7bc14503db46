-- People on two or more platforms by the identity map, and between which numbers the people there are must lie:
-- at least as many as count on the largest platform, at most as many as on all of them together. Who counts and was
-- there by the end of the month, as in population_waterfall.
WITH lines AS (
    SELECT member_id, joined_at AS join_at, CAST(NULL AS TIMESTAMP) AS leave_at FROM members
    UNION ALL
    SELECT member_id, start_at, end_at FROM memberships
),
first_lines AS (
    SELECT member_id, min(join_at) AS join_at, min(leave_at) AS leave_at FROM lines GROUP BY member_id
),
there AS (
    -- An account of which nothing is dated was there before the export began; so was one that left before it joined.
    SELECT DISTINCT a.person_id, a.platform
    FROM accounts AS a
    JOIN eligible AS e ON e.person_id = a.person_id
    LEFT JOIN first_lines AS l ON l.member_id = a.member_id
    LEFT JOIN traces AS t ON t.member_id = a.member_id
    WHERE
        (l.join_at IS NULL AND t.first_day IS NULL)
        OR l.leave_at < l.join_at
        OR l.join_at < $month_end_at
        OR t.first_day < $month_end
),
by_platform AS (
    SELECT platform, count(*) AS people FROM there GROUP BY platform
),
by_person AS (
    SELECT person_id, count(*) AS platforms FROM there GROUP BY person_id
),
mapped AS (
    SELECT count(*) > 0 AS is_mapped FROM members WHERE person_id IS NOT NULL
),
counted AS (
    SELECT
        (SELECT count(*) FROM by_person WHERE platforms > 1) AS several,
        (SELECT count(*) FROM by_person) AS people,
        (SELECT coalesce(max(people), 0) FROM by_platform) AS at_least,
        (SELECT CAST(coalesce(sum(people), 0) AS BIGINT) FROM by_platform) AS at_most,
        (SELECT count(*) FROM by_platform) AS platforms
)
SELECT
    CASE WHEN c.platforms > 1 AND m.is_mapped THEN c.several END AS platform_overlap,
    CASE WHEN c.platforms = 1 OR (c.platforms > 1 AND m.is_mapped) THEN c.people END AS people,
    c.at_least,
    c.at_most,
    c.platforms,
    CASE
        WHEN c.platforms = 0 THEN 'why.nobody'
        WHEN c.platforms = 1 THEN 'why.overlap_one_platform'
        WHEN NOT m.is_mapped THEN 'why.overlap_no_map'
    END AS why
FROM counted AS c
CROSS JOIN mapped AS m
