-- One row per person: several accounts are one person by the identity map only. What keeps one account out
-- keeps the person out.
SELECT
    person_id,
    min(display_name) AS display_name,
    CASE
        WHEN bool_or(counted_as = 'excluded') THEN 'excluded'
        WHEN bool_or(counted_as = 'bot') THEN 'bot'
        WHEN bool_or(counted_as = 'staff') THEN 'staff'
        ELSE 'member'
    END AS counted_as,
    CASE
        WHEN bool_or(role = 'owner') THEN 'owner'
        WHEN bool_or(role = 'staff') THEN 'staff'
        WHEN bool_or(role = 'bot') THEN 'bot'
        WHEN bool_or(role = 'moderator') THEN 'moderator'
        WHEN bool_or(role = 'ambassador') THEN 'ambassador'
        ELSE min(role)
    END AS role,
    count(*) AS accounts,
    min(platform) AS platform
FROM accounts
GROUP BY person_id
