-- Incidents of the managers' log by type, with what was noted, acknowledged and closed in the month, whenever it began, and
-- the median hours from the note to either. The type is read from the words of the note, in this order; what names none of
-- them is unexpected. An acknowledgement or end older than the note counts as 0 hours.
WITH types AS (
    SELECT 1 AS place, 'scam' AS type
    UNION ALL
    SELECT 2, 'spam'
    UNION ALL
    SELECT 3, 'impersonation'
    UNION ALL
    SELECT 4, 'technical'
    UNION ALL
    SELECT 5, 'unhappy'
    UNION ALL
    SELECT 6, 'unexpected'
),
logged AS (
    SELECT
        min(noted_at) AS first_at,
        max(CASE WHEN observed_at > noted_at THEN observed_at ELSE noted_at END) AS last_at
    FROM log
),
noted AS (
    SELECT
        entry_id,
        CASE
            WHEN regexp_matches(lower(note), 'scam|fraud|phish|arnaque|escroqu|hame[cç]on') THEN 'scam'
            WHEN regexp_matches(lower(note), 'spam|advert|publicit|pourriel|flood|inond') THEN 'spam'
            WHEN regexp_matches(lower(note), 'impersonat|impost|fake|competit|poach|usurp|faux compte|faux profil|concurren')
                THEN 'impersonation'
            WHEN
                regexp_matches(
                    lower(note),
                    'techni|outage| down|bug|crash|error|broken|sync|server|login'
                    '|data loss|lost data|panne|bogue|erreur|serveur|connexion|perte de donn'
                )
                THEN 'technical'
            WHEN
                regexp_matches(
                    lower(note),
                    'unhapp|angr|complain|backlash|conflict|dispute|quarrel|insult'
                    '|harass|mécontent|colère|plainte|conflit|harc[eè]l|tension'
                )
                THEN 'unhappy'
            ELSE 'unexpected'
        END AS type,
        noted_at >= $month_start_at AS is_new,
        CASE WHEN acknowledged_at < $month_end_at THEN acknowledged_at END AS acknowledged_at,
        CASE WHEN closed_at < $month_end_at THEN closed_at END AS closed_at,
        closed_at IS NULL
        AND regexp_matches(lower(trim(coalesce(status, ''))), '^(closed|resolved|solved|done|clos|fermé|résolu|terminé)')
            AS closed_without_date,
        noted_at
    FROM log
    WHERE kind = 'incident' AND noted_at < $month_end_at
),
timed AS (
    SELECT
        *,
        acknowledged_at >= $month_start_at AS acknowledged_now,
        closed_at >= $month_start_at AS closed_now,
        CASE WHEN acknowledged_at < noted_at THEN 0 ELSE extract(epoch FROM (acknowledged_at - noted_at)) / 3600 END
            AS hours_to_acknowledge,
        CASE WHEN closed_at < noted_at THEN 0 ELSE extract(epoch FROM (closed_at - noted_at)) / 3600 END AS hours_to_close
    FROM noted
),
counted AS (
    SELECT
        type,
        count(*) FILTER (WHERE is_new) AS incidents,
        count(*) FILTER (WHERE acknowledged_now) AS acknowledged,
        count(*) FILTER (WHERE closed_now) AS closed,
        count(*) FILTER (WHERE closed_at IS NULL AND NOT closed_without_date) AS still_open,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN acknowledged_now THEN hours_to_acknowledge END)
            AS hours_to_acknowledge,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN closed_now THEN hours_to_close END) AS hours_to_close
    FROM timed
    GROUP BY type
),
judged AS (
    SELECT
        CASE
            WHEN first_at IS NULL THEN 'why.no_log'
            WHEN first_at >= $month_end_at OR last_at < $month_start_at THEN 'why.log_not_covered'
        END AS why
    FROM logged
)
SELECT
    t.type,
    CASE WHEN j.why IS NULL THEN coalesce(c.incidents, 0) END AS incidents,
    CASE WHEN j.why IS NULL THEN coalesce(c.acknowledged, 0) END AS acknowledged,
    c.hours_to_acknowledge,
    CASE WHEN j.why IS NULL THEN coalesce(c.closed, 0) END AS closed,
    c.hours_to_close,
    CASE WHEN j.why IS NULL THEN coalesce(c.still_open, 0) END AS still_open,
    j.why
FROM types AS t
CROSS JOIN judged AS j
LEFT JOIN counted AS c ON c.type = t.type
ORDER BY t.place
