-- Members active on 3 days or more of the 90 before the month's end, and silent at its end for longer than 28 days and
-- longer than 3 times their own median gap between active days (all history). Who left or is banned is not listed.
-- Silence ends with the month's last covered day: what people did after it is not known.
WITH last_known AS (
    SELECT max(day) AS day FROM calendar WHERE covered
),
recent AS (
    SELECT person_id, count(*) AS active_days_90
    FROM active_days
    WHERE contributions > 0 AND day >= $ninety_days_before AND day < $month_end
    GROUP BY person_id
    HAVING count(*) >= 3 AND max(day) < $window_start
),
candidates AS (
    SELECT r.person_id, r.active_days_90
    FROM recent AS r
    JOIN month_members AS m ON m.person_id = r.person_id AND m.at_closing
    WHERE r.person_id NOT IN (
        SELECT person_id FROM bans WHERE banned_on < $month_end AND (lifted_on IS NULL OR lifted_on >= $month_end)
    )
),
-- As active_days, for the candidates alone: the history of everybody would be much to sum up.
history AS (
    SELECT a.person_id, d.day, sum(d.contributions) AS contributions
    FROM candidates AS c
    JOIN accounts AS a ON a.person_id = c.person_id
    JOIN account_day AS d ON d.member_id = a.member_id
    WHERE d.contributions > 0 AND d.day < $month_end AND (d.deleted_at IS NULL OR d.deleted_at >= $month_end_at)
    GROUP BY a.person_id, d.day
),
days AS (
    SELECT
        person_id,
        day,
        contributions,
        day - lag(day) OVER (PARTITION BY person_id ORDER BY day) AS gap_days
    FROM history
),
people_days AS (
    SELECT
        person_id,
        CAST(sum(contributions) AS BIGINT) AS contributions,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY gap_days) AS usual_gap_days,
        max(day) AS last_active_on
    FROM days
    GROUP BY person_id
),
silences AS (
    SELECT d.*, k.day - d.last_active_on + 1 AS silent_days
    FROM people_days AS d
    CROSS JOIN last_known AS k
)
SELECT
    d.person_id AS member_id,
    row_number() OVER (ORDER BY d.contributions DESC, d.person_id) AS rank,
    p.display_name,
    d.contributions,
    c.active_days_90,
    d.last_active_on,
    d.silent_days,
    d.usual_gap_days
FROM silences AS d
JOIN candidates AS c ON c.person_id = d.person_id
JOIN people AS p ON p.person_id = d.person_id
WHERE d.silent_days > 28 AND d.silent_days > 3 * d.usual_gap_days
ORDER BY rank
