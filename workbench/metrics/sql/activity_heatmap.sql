-- Contributions and people by local hour and weekday (1 = Monday), in the month and per covered occurrence of the day.
WITH said AS (
    SELECT e.person_id, e.occurred_at + o.shift AS local_at
    FROM people_events AS e
    JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE
        e.is_eligible
        AND e.occurred_at >= $month_start_at
        AND e.kind IN ('post', 'reply', 'poll_vote')
),
by_hour AS (
    SELECT
        person_id,
        CAST(local_at AS DATE) AS day,
        CAST(extract(hour FROM local_at) AS INTEGER) AS hour,
        count(*) AS contributions
    FROM said
    GROUP BY 1, 2, 3
),
cells AS (
    SELECT
        CAST(extract(isodow FROM day) AS INTEGER) AS weekday,
        hour,
        CAST(sum(contributions) AS BIGINT) AS contributions,
        count(DISTINCT person_id) AS people,
        count(*) AS person_days
    FROM by_hour
    GROUP BY 1, 2
),
weekdays AS (
    SELECT CAST(extract(isodow FROM day) AS INTEGER) AS weekday, count(*) FILTER (WHERE covered) AS days
    FROM calendar
    GROUP BY 1
),
hours AS (
    SELECT hour
    FROM (
        VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
        (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
    ) AS h (hour)
)
SELECT
    w.weekday,
    h.hour,
    w.days,
    CASE WHEN w.days > 0 THEN coalesce(c.contributions, 0) END AS contributions,
    CASE WHEN w.days > 0 THEN coalesce(c.people, 0) END AS people,
    CASE WHEN w.days > 0 THEN CAST(coalesce(c.contributions, 0) AS DOUBLE) / w.days END AS contributions_per_day,
    CASE WHEN w.days > 0 THEN CAST(coalesce(c.person_days, 0) AS DOUBLE) / w.days END AS people_per_day
FROM weekdays AS w
CROSS JOIN hours AS h
LEFT JOIN cells AS c ON c.weekday = w.weekday AND c.hour = h.hour
ORDER BY w.weekday, h.hour
