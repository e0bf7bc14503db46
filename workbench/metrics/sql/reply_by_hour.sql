-- By the local hour at which a conversation was opened: openers at least 24 hours old at the end of the month, and
-- those answered by another human within 24 hours.
SELECT
    CAST(extract(hour FROM q.opened_at + o.shift) AS INTEGER) AS hour,
    count(*) FILTER (WHERE q.answered_hours <= 24) AS numerator,
    count(*) AS denominator
FROM openers AS q
JOIN utc_offsets AS o ON q.opened_at >= o.from_at AND q.opened_at < o.to_at
WHERE q.age_hours >= 24 AND q.can_be_answered
GROUP BY 1
ORDER BY 1
