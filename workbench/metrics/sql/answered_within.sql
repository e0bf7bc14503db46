-- Openers of the month answered by another human within 30 min, 4 h, 24 h, 7 days ÷ openers at least that old at its end.
WITH windows AS (
    SELECT 0.5 AS within_hours UNION ALL SELECT 4 UNION ALL SELECT 24 UNION ALL SELECT 168
),
chosen AS (
    SELECT * FROM openers WHERE is_question OR NOT $questions_only
)
SELECT
    CAST(w.within_hours AS DOUBLE) AS within_hours,
    count(*) FILTER (WHERE o.can_be_answered AND o.age_hours >= w.within_hours AND o.answered_hours <= w.within_hours)
        AS numerator,
    count(*) FILTER (WHERE o.can_be_answered AND o.age_hours >= w.within_hours) AS denominator,
    CASE
        WHEN count(o.event_id) = 0 THEN 'why.responses_no_openers'
        WHEN count(*) FILTER (WHERE o.can_be_answered) = 0 THEN 'why.responses_no_links'
        ELSE 'why.responses_too_young'
    END AS why
FROM windows AS w
LEFT JOIN chosen AS o ON true
GROUP BY w.within_hours
ORDER BY w.within_hours
