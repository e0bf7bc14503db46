-- Contributions in the 28 local days before and after each person's first reward of the twelve months, and those of
-- members without a reward within 28 days of it who had contributed about as much in the same 28 days before it (at most
-- a fifth, or one, more or less). The day of the reward is in neither. Only rewards whose 57 days are all covered.
WITH rewards AS (
    SELECT DISTINCT a.person_id, CAST(l.noted_at + o.shift AS DATE) AS day
    FROM log AS l
    JOIN accounts AS a ON a.member_id = l.member_id
    JOIN eligible AS e ON e.person_id = a.person_id
    JOIN utc_offsets AS o ON l.noted_at >= o.from_at AND l.noted_at < o.to_at
    WHERE l.kind = 'reward' AND l.noted_at < $month_end_at
),
covered AS (
    SELECT r.person_id, r.day
    FROM rewards AS r
    JOIN covered_days AS c ON c.day >= r.day - INTERVAL 28 DAY AND c.day <= r.day + INTERVAL 28 DAY
    WHERE r.day >= $year_start AND r.day < $window_start
    GROUP BY r.person_id, r.day
    HAVING count(*) = 57
),
rewarded AS (
    SELECT person_id, min(day) AS day FROM covered GROUP BY person_id
),
days AS (
    SELECT DISTINCT day FROM rewarded
),
around AS (
    SELECT
        w.day,
        d.person_id,
        CAST(sum(CASE WHEN d.day < w.day THEN d.contributions ELSE 0 END) AS BIGINT) AS before,
        CAST(sum(CASE WHEN d.day > w.day THEN d.contributions ELSE 0 END) AS BIGINT) AS after
    FROM days AS w
    JOIN active_days AS d ON d.day >= w.day - INTERVAL 28 DAY AND d.day <= w.day + INTERVAL 28 DAY
    GROUP BY w.day, d.person_id
    HAVING sum(CASE WHEN d.day < w.day THEN d.contributions ELSE 0 END) > 0
),
controls AS (
    SELECT a.day, a.before, count(*) AS people, CAST(sum(a.after) AS BIGINT) AS after
    FROM around AS a
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM rewards AS r
            WHERE
                r.person_id = a.person_id
                AND r.day >= a.day - INTERVAL 28 DAY
                AND r.day <= a.day + INTERVAL 28 DAY
        )
    GROUP BY a.day, a.before
)
SELECT
    r.person_id AS member_id,
    r.day AS rewarded_on,
    coalesce(a.before, 0) AS before,
    coalesce(a.after, 0) AS after,
    CAST(coalesce(sum(c.people), 0) AS BIGINT) AS controls,
    sum(CAST(c.before * c.people AS DOUBLE)) / sum(c.people) AS controls_before,
    sum(CAST(c.after AS DOUBLE)) / sum(c.people) AS controls_after
FROM rewarded AS r
LEFT JOIN around AS a ON a.day = r.day AND a.person_id = r.person_id
LEFT JOIN controls AS c
    ON
        c.day = r.day
        AND (5 * abs(c.before - a.before) <= a.before OR abs(c.before - a.before) <= 1)
GROUP BY r.person_id, r.day, a.before, a.after
ORDER BY r.day, r.person_id
