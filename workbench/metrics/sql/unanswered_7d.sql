-- Openers of the month at least 7 days old at its end, without an answer by another human within 7 days ÷ those openers.
WITH chosen AS (
    SELECT * FROM openers WHERE is_question OR NOT $questions_only
)
SELECT
    count(*) FILTER (
        WHERE can_be_answered AND age_hours >= 168 AND (answered_hours IS NULL OR answered_hours > 168)
    ) AS numerator,
    count(*) FILTER (WHERE can_be_answered AND age_hours >= 168) AS denominator,
    CASE
        WHEN count(*) = 0 THEN 'why.responses_no_openers'
        WHEN count(*) FILTER (WHERE can_be_answered) = 0 THEN 'why.responses_no_links'
        ELSE 'why.responses_too_young'
    END AS why
FROM chosen
