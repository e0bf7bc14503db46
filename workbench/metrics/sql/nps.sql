-- Answers on the scale 0–10: promoters (9–10), passives (7–8), detractors (0–6); of a person, the last one per survey.
WITH given AS (
    SELECT
        f.feedback_id,
        f.given_at,
        f.source,
        coalesce(a.person_id, f.member_id, f.feedback_id) AS person_id,
        f.score,
        lower(trim(f.scale)) IN ('nps', '0-10', '0–10') AND f.score >= 0 AND f.score <= 10 AS on_scale
    FROM feedback AS f
    LEFT JOIN accounts AS a ON a.member_id = f.member_id
    LEFT JOIN eligible AS e ON e.person_id = a.person_id
    WHERE
        f.given_at >= $month_start_at
        AND f.given_at < $month_end_at
        AND f.score IS NOT NULL
        AND (a.person_id IS NULL OR e.person_id IS NOT NULL)
),
ordered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY source, person_id, on_scale ORDER BY given_at DESC, feedback_id DESC) AS place
    FROM given
)
SELECT
    count(*) FILTER (WHERE on_scale AND place = 1 AND score >= 9) AS promoters,
    count(*) FILTER (WHERE on_scale AND place = 1 AND score >= 7 AND score < 9) AS passives,
    count(*) FILTER (WHERE on_scale AND place = 1 AND score < 7) AS detractors,
    count(*) FILTER (WHERE on_scale IS DISTINCT FROM true) AS other_answers
FROM ordered
