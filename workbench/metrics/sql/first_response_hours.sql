-- Openers of the month by the time they waited for a first answer: at each time, how many were answered then and how
-- many had waited that long. Who is still waiting leaves at the month's end without an answer.
WITH waits AS (
    SELECT coalesce(answered_hours, age_hours) AS hours, CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END AS answered
    FROM openers
    WHERE can_be_answered AND (is_question OR NOT $questions_only)
),
times AS (
    SELECT hours, sum(answered) AS answered, count(*) AS ended FROM waits GROUP BY hours
)
SELECT
    hours,
    CAST(answered AS BIGINT) AS answered,
    CAST(sum(ended) OVER (ORDER BY hours ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS BIGINT) AS waiting
FROM times
ORDER BY hours
