-- One row per group: people who belong to it, who of them was active, how long it has been silent, and what waits for an
-- answer. Who belongs to a group: by a line of the export that says so, else since the first trace there; until a line
-- says that they left it, or they left the community. Left out: archived and read-only groups, private conversations,
-- groups without any trace.
WITH belonging AS (
    -- Who wrote there after leaving is back.
    SELECT
        group_id,
        person_id,
        CASE WHEN left_on >= greatest(last_word_on, last_line_on) THEN left_on END AS left_on,
        contributions
    FROM group_people
),
first_lines AS (
    SELECT group_id, min(first_line_on) AS first_on
    FROM group_people
    WHERE first_line_on IS NOT NULL
    GROUP BY group_id
),
first_words AS (
    SELECT group_id, min(day) AS first_on FROM member_day WHERE group_id IS NOT NULL AND day < $month_end GROUP BY group_id
),
first_days AS (
    -- A group of which the export does not say when it was made begins with its first event, else with its first member.
    SELECT coalesce(w.group_id, l.group_id) AS group_id, coalesce(w.first_on, l.first_on) AS first_on
    FROM first_words AS w
    FULL JOIN first_lines AS l ON l.group_id = w.group_id
),
judged AS (
    SELECT
        f.group_id,
        coalesce(g.name, f.group_id) AS group_name,
        split_part(f.group_id, ':', 1) AS platform,
        coalesce(CAST(g.created_at + o.shift AS DATE), f.first_on) AS since
    FROM first_days AS f
    LEFT JOIN groups AS g ON g.group_id = f.group_id
    LEFT JOIN utc_offsets AS o ON g.created_at >= o.from_at AND g.created_at < o.to_at
    WHERE
        (g.archived_at IS NULL OR g.archived_at >= $month_end_at)
        AND NOT coalesce(g.read_only, false)
        AND coalesce(g.kind, '') <> 'direct'
        AND coalesce(CAST(g.created_at + o.shift AS DATE), f.first_on) < $month_end
),
activity AS (
    SELECT
        g.group_id,
        max(g.last_written_on) AS last_on,
        count(CASE WHEN g.contributions > 0 THEN 1 END) AS active,
        CAST(sum(g.contributions) AS BIGINT) AS contributions
    FROM group_people AS g
    LEFT JOIN ineligible AS x ON x.person_id = g.person_id
    WHERE g.last_written_on IS NOT NULL AND x.person_id IS NULL
    GROUP BY g.group_id
),
counted AS (
    SELECT
        b.group_id,
        count(CASE WHEN m.at_closing AND b.left_on IS NULL THEN 1 END) AS members,
        count(*) AS exposed,
        count(CASE WHEN b.contributions > 0 THEN 1 END) AS engaged
    FROM belonging AS b
    JOIN month_members AS m ON m.person_id = b.person_id
    WHERE b.left_on IS NULL OR b.left_on >= $month_start
    GROUP BY b.group_id
),
backwards AS (
    SELECT
        platform,
        day,
        day + CAST(row_number() OVER (PARTITION BY platform ORDER BY day DESC) AS INTEGER) AS after_all
    FROM platform_days
    WHERE day < $month_end
),
stretches AS (
    -- The last covered days up to the end of the month without a gap.
    SELECT platform, min(day) AS from_day FROM backwards WHERE after_all = $month_end GROUP BY platform
),
covered_platforms AS (
    SELECT DISTINCT platform FROM platform_days WHERE day >= $month_start AND day < $month_end
),
asked AS (
    SELECT
        group_id,
        count(CASE WHEN can_be_answered AND age_hours >= 24 THEN 1 END) AS openers,
        count(CASE WHEN can_be_answered AND age_hours >= 24 AND answered_at IS NULL THEN 1 END) AS unanswered,
        bool_or(can_be_answered) AS can_be_answered
    FROM openers
    GROUP BY group_id
),
measured AS (
    SELECT
        j.*,
        coalesce(c.members, 0) AS members,
        coalesce(a.active, 0) AS active,
        coalesce(a.contributions, 0) AS contributions,
        coalesce(c.engaged, 0) AS engaged,
        coalesce(c.exposed, 0) AS exposed,
        v.platform IS NOT NULL AS covered,
        $month_end - greatest(coalesce(a.last_on + 1, j.since), j.since, s.from_day) AS run_days,
        s.from_day,
        q.openers,
        q.unanswered,
        q.can_be_answered
    FROM judged AS j
    LEFT JOIN counted AS c ON c.group_id = j.group_id
    LEFT JOIN activity AS a ON a.group_id = j.group_id
    LEFT JOIN stretches AS s ON s.platform = j.platform
    LEFT JOIN covered_platforms AS v ON v.platform = j.platform
    LEFT JOIN asked AS q ON q.group_id = j.group_id
)
SELECT
    group_id,
    group_name,
    platform,
    members,
    CASE WHEN covered THEN active END AS active,
    CASE WHEN covered THEN contributions END AS contributions,
    CASE WHEN covered THEN engaged END AS numerator,
    exposed AS denominator,
    CASE WHEN NOT covered THEN 'why.not_covered' WHEN exposed = 0 THEN 'why.group_nobody' END AS why,
    CASE WHEN from_day IS NOT NULL THEN run_days END AS silent_days,
    CASE
        WHEN from_day IS NULL OR since > $month_end - 14 OR run_days < $amber_days THEN NULL
        WHEN run_days >= $red_days THEN 'red'
        ELSE 'amber'
    END AS level,
    CASE WHEN covered AND coalesce(can_be_answered, true) THEN coalesce(openers, 0) END AS openers,
    CASE WHEN covered AND coalesce(can_be_answered, true) THEN coalesce(unanswered, 0) END AS unanswered
FROM measured
ORDER BY lower(group_name), group_name, group_id
