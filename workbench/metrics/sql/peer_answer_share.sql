-- Openers of the month first answered by somebody who is not staff ÷ openers answered before its end. Moderators are peers.
WITH chosen AS (
    SELECT * FROM openers WHERE is_question OR NOT $questions_only
)
SELECT
    count(*) FILTER (WHERE can_be_answered AND answered_at IS NOT NULL AND NOT answered_by_staff) AS numerator,
    count(*) FILTER (WHERE can_be_answered AND answered_at IS NOT NULL) AS denominator,
    CASE
        WHEN count(*) = 0 THEN 'why.responses_no_openers'
        WHEN count(*) FILTER (WHERE can_be_answered) = 0 THEN 'why.responses_no_links'
        ELSE 'why.responses_none_answered'
    END AS why
FROM chosen
