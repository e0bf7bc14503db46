-- For each survey, answers of the month (of a person, one) ÷ people who were members on at least one day of it.
WITH answers AS (
    SELECT DISTINCT f.source AS survey, coalesce(a.person_id, f.member_id, f.feedback_id) AS person_id
    FROM feedback AS f
    LEFT JOIN accounts AS a ON a.member_id = f.member_id
    LEFT JOIN eligible AS e ON e.person_id = a.person_id
    WHERE
        f.given_at >= $month_start_at
        AND f.given_at < $month_end_at
        AND f.score IS NOT NULL
        AND (a.person_id IS NULL OR e.person_id IS NOT NULL)
),
surveys AS (
    SELECT survey, count(*) AS answers FROM answers GROUP BY survey
),
exposed AS (
    SELECT count(*) AS members FROM month_members
)
SELECT s.survey, s.answers AS numerator, e.members AS denominator
FROM surveys AS s
CROSS JOIN exposed AS e
ORDER BY s.survey
