-- Newcomers whom another human welcomed within 48 hours ÷ newcomers whose 48 hours, since joining and since their first
-- message, are over at the month's end. Bots' greetings are counted apart. What a welcome is: base/month/newcomers.sql.
SELECT
    count(*) FILTER (WHERE can_be_seen AND mature AND welcome_hours IS NOT NULL) AS numerator,
    count(*) FILTER (WHERE can_be_seen AND mature) AS denominator,
    count(*) FILTER (WHERE can_be_seen AND mature AND greeted_by_bot) AS greeted_by_bot,
    count(*) FILTER (WHERE can_be_seen AND mature AND greeted_by_bot AND welcome_hours IS NULL) AS greeted_by_bot_only,
    count(*) FILTER (WHERE can_be_seen AND mature AND join_kind = 'imputed') AS imputed,
    CASE
        WHEN count(*) = 0 THEN 'why.onboarding_no_joins'
        WHEN count(*) FILTER (WHERE can_be_seen) = 0 THEN 'why.responses_no_links'
        ELSE 'why.onboarding_welcome_too_young'
    END AS why
FROM newcomers
