-- Median wait of the newcomers whom another human welcomed within 48 hours, since joining or their first message, whichever
-- came last before the welcome. The same people as in welcome_coverage.
WITH seen AS (
    SELECT welcome_hours FROM newcomers WHERE can_be_seen AND mature
)
SELECT
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY welcome_hours) FROM seen WHERE welcome_hours IS NOT NULL)
        AS welcome_hours,
    count(welcome_hours) AS welcomed,
    count(*) AS newcomers,
    CASE
        WHEN count(welcome_hours) > 0 THEN NULL
        WHEN count(*) > 0 THEN 'why.onboarding_none_welcomed'
        WHEN (SELECT count(*) FROM newcomers) = 0 THEN 'why.onboarding_no_joins'
        WHEN (SELECT count(*) FROM newcomers WHERE can_be_seen) = 0 THEN 'why.responses_no_links'
        ELSE 'why.onboarding_welcome_too_young'
    END AS why
FROM seen
