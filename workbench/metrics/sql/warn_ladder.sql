-- The bans of the month, one row each, with the warnings of the same person in the 180 days before it. Exempt: bans whose
-- rule or reason names a scam or illegal content, for which no warning is owed. Several bans of a person in the same
-- instant (one per account) are one.
WITH acts AS (
    SELECT coalesce(a.person_id, m.member_id) AS person_id, m.acted_at, m.action, m.rule, m.reason
    FROM moderation AS m
    LEFT JOIN accounts AS a ON a.member_id = m.member_id
    WHERE m.acted_at < $month_end_at AND m.acted_at >= $month_start_at - INTERVAL 180 DAY
),
bans AS (
    SELECT
        person_id,
        acted_at,
        min(rule) AS rule,
        min(reason) AS reason,
        bool_or(regexp_matches(
            lower(coalesce(rule, '') || ' ' || coalesce(reason, '')),
            'scam|fraud|phish|arnaque|escroqu|hame[cç]on|ill[eé]ga|illicit'
        )) AS exempt
    FROM acts
    WHERE action = 'ban' AND acted_at >= $month_start_at
    GROUP BY person_id, acted_at
),
warnings AS (
    SELECT DISTINCT person_id, acted_at FROM acts WHERE action = 'warn'
)
SELECT
    b.person_id AS member_id,
    p.display_name,
    b.acted_at + o.shift AS banned_at_local,
    count(w.acted_at) AS earlier_warnings,
    b.exempt,
    count(w.acted_at) >= 2 AS after_two_warnings,
    b.rule,
    b.reason
FROM bans AS b
JOIN utc_offsets AS o ON b.acted_at >= o.from_at AND b.acted_at < o.to_at
LEFT JOIN people AS p ON p.person_id = b.person_id
LEFT JOIN warnings AS w
    ON w.person_id = b.person_id AND w.acted_at < b.acted_at AND w.acted_at >= b.acted_at - INTERVAL 180 DAY
GROUP BY b.person_id, p.display_name, b.acted_at, o.shift, b.exempt, b.rule, b.reason
ORDER BY b.acted_at, b.person_id
