-- People with two warnings in the 180 days before a further offence of the month, who were not banned between that offence
-- and the end of the month. An offence is what a moderator answered with a warning, a removal or a mute; several actions on
-- the same message are one offence. A flag is only a suspicion.
WITH acts AS (
    SELECT
        coalesce(a.person_id, m.member_id) AS person_id,
        m.acted_at,
        m.action,
        coalesce(m.event_id, 'action ' || m.action_id) AS message_id,
        m.rule,
        m.reason
    FROM moderation AS m
    LEFT JOIN accounts AS a ON a.member_id = m.member_id
    WHERE m.acted_at < $month_end_at AND m.acted_at >= $month_start_at - INTERVAL 180 DAY
),
offences AS (
    SELECT person_id, message_id, min(acted_at) AS offended_at, min(rule) AS rule, min(reason) AS reason
    FROM acts
    WHERE action IN ('warn', 'remove', 'mute')
    GROUP BY person_id, message_id
),
warnings AS (
    SELECT person_id, message_id, min(acted_at) AS warned_at FROM acts WHERE action = 'warn' GROUP BY person_id, message_id
),
further AS (
    SELECT f.person_id, f.message_id, f.offended_at, f.rule, f.reason, count(*) AS earlier_warnings
    FROM offences AS f
    JOIN warnings AS w
        ON w.person_id = f.person_id
        AND w.message_id <> f.message_id
        AND w.warned_at < f.offended_at
        AND w.warned_at >= f.offended_at - INTERVAL 180 DAY
    WHERE f.offended_at >= $month_start_at
    GROUP BY f.person_id, f.message_id, f.offended_at, f.rule, f.reason
    HAVING count(*) >= 2
),
unanswered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY person_id ORDER BY offended_at DESC, message_id) AS place,
        count(*) OVER (PARTITION BY person_id) AS offences
    FROM further AS f
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM acts AS b
            WHERE b.person_id = f.person_id AND b.action = 'ban' AND b.acted_at >= f.offended_at
        )
)
SELECT
    u.person_id AS member_id,
    p.display_name,
    u.offended_at + o.shift AS offended_at_local,
    u.offences,
    u.earlier_warnings,
    u.rule,
    u.reason
FROM unanswered AS u
JOIN utc_offsets AS o ON u.offended_at >= o.from_at AND u.offended_at < o.to_at
LEFT JOIN people AS p ON p.person_id = u.person_id
WHERE u.place = 1
ORDER BY u.offended_at, u.person_id
