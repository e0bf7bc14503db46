-- Answers 4 or 5 of 5 ÷ answers on the scale 1–5; of a person, the last one per survey.
WITH given AS (
    SELECT
        f.feedback_id,
        f.given_at,
        f.source,
        coalesce(a.person_id, f.member_id, f.feedback_id) AS person_id,
        f.score,
        lower(trim(f.scale)) IN ('csat', '5', '1-5', '1–5') AND f.score >= 1 AND f.score <= 5 AS on_scale
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
    count(*) FILTER (WHERE on_scale AND place = 1 AND score >= 4) AS numerator,
    count(*) FILTER (WHERE on_scale AND place = 1) AS denominator,
    count(*) FILTER (WHERE on_scale IS DISTINCT FROM true) AS other_answers
FROM ordered
