-- Local days for which the managers' log tells a cause of much talk: an event, contest, poll or change of rules on the day it
-- was noted and the day after; an incident from the day before its note to a week after it, or to its end if that is earlier.
SELECT
    l.entry_id,
    l.kind,
    CAST(l.noted_at + o.shift AS DATE) - CASE WHEN l.kind = 'incident' THEN 1 ELSE 0 END AS from_day,
    CASE
        WHEN l.kind <> 'incident' THEN CAST(l.noted_at + o.shift AS DATE) + 1
        WHEN l.closed_at < l.noted_at THEN CAST(l.noted_at + o.shift AS DATE)
        WHEN l.closed_at < l.noted_at + INTERVAL 7 DAY THEN CAST(l.closed_at + o.shift AS DATE)
        ELSE CAST(l.noted_at + o.shift AS DATE) + 7
    END AS to_day
FROM log AS l
JOIN utc_offsets AS o ON l.noted_at >= o.from_at AND l.noted_at < o.to_at
WHERE l.kind IN ('incident', 'event', 'contest', 'poll', 'rule_change') AND l.noted_at < $month_end_at
ORDER BY l.noted_at, l.entry_id
