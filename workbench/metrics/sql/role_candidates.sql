-- Members who might like a role: active in at least 3 of the last 4 weeks (of 7 local days, counted back from the end of
-- the month), among the quarter who helped most, without a sanction in 180 days, without a role. A human decides.
-- engagement_score is the answer to that question.
WITH weeks AS (
    SELECT person_id, count(DISTINCT CAST(floor(($month_end - day - 1) / 7.0) AS INTEGER)) AS weeks_of_4
    FROM active_days
    WHERE day >= $window_start AND day < $month_end AND contributions > 0
    GROUP BY person_id
),
bar AS (
    SELECT percentile_cont(0.75) WITHIN GROUP (ORDER BY points_helped) AS points_helped FROM engagement_score
),
sanctioned AS (
    SELECT DISTINCT a.person_id
    FROM moderation AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    WHERE
        m.action IN ('warn', 'remove', 'mute', 'ban')
        AND m.acted_at >= $sanctions_start_at
        AND m.acted_at < $month_end_at
),
recorded AS (
    SELECT count(*) > 0 AS sanctions_known FROM moderation WHERE acted_at < $month_end_at
)
SELECT
    s.member_id,
    row_number() OVER (ORDER BY s.points_helped DESC, s.people_helped DESC, s.member_id) AS rank,
    s.display_name,
    w.weeks_of_4,
    s.people_helped,
    s.points_helped,
    b.points_helped AS points_helped_p75,
    s.score,
    r.sanctions_known
FROM engagement_score AS s
JOIN weeks AS w ON w.person_id = s.member_id AND w.weeks_of_4 >= 3
JOIN people AS p ON p.person_id = s.member_id AND p.role = 'member'
JOIN bar AS b ON s.points_helped >= b.points_helped AND s.points_helped > 0
CROSS JOIN recorded AS r
WHERE s.member_id NOT IN (SELECT person_id FROM sanctioned)
ORDER BY rank
