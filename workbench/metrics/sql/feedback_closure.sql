-- What was passed on to a team (kind routing in the managers' log) before the end of the month, one row an entry: which
-- theme, whether in this month, whether it was answered and after how many days. Answered: a date of closing before the end
-- of the month or, without any date, a status that says so.
SELECT
    entry_id,
    theme_id,
    noted_at >= $month_start_at AS is_new,
    CASE
        WHEN closed_at IS NOT NULL THEN closed_at < $month_end_at
        ELSE regexp_matches(
            lower(trim(coalesce(status, ''))), '^(answered|closed|done|resolved|répondu|clos|fermé|traité|terminé|résolu)'
        )
    END AS answered,
    CASE
        WHEN closed_at < noted_at THEN 0
        WHEN closed_at < $month_end_at THEN extract(epoch FROM (closed_at - noted_at)) / 86400
    END AS days
FROM log
WHERE kind = 'routing' AND noted_at < $month_end_at
ORDER BY noted_at, entry_id
