-- Every account with its person and how it counts: settings over the export, the export over "member". An account
-- that nothing but the identity map names is none; whose person is an account joined to another person is that person.
WITH known AS (
    SELECT m.member_id
    FROM members AS m
    WHERE
        NOT EXISTS (SELECT 1 FROM imports AS i WHERE i.import_id = m.import_id AND i.source = 'identities')
        OR m.joined_at IS NOT NULL
        OR m.attributes IS NOT NULL
        OR coalesce(
            m.display_name, m.role, m.invited_by, m.join_source, m.plan, m.country, m.language, m.time_zone
        ) IS NOT NULL
    UNION
    SELECT member_id FROM traces
    UNION
    SELECT member_id FROM memberships
),
roles AS (
    SELECT
        k.member_id,
        coalesce(p.person_id, m.person_id, k.member_id) AS person_id,
        coalesce(m.platform, split_part(k.member_id, ':', 1)) AS platform,
        coalesce(m.display_name, k.member_id) AS display_name,
        coalesce(s.counted_as, m.role, 'member') AS role
    FROM known AS k
    LEFT JOIN members AS m ON m.member_id = k.member_id
    LEFT JOIN members AS p ON p.member_id = m.person_id
    LEFT JOIN overrides AS s ON s.member_id = k.member_id
)
SELECT
    member_id,
    person_id,
    platform,
    display_name,
    role,
    CASE WHEN role IN ('bot', 'excluded') THEN role WHEN role IN ('staff', 'owner') THEN 'staff' ELSE 'member' END
        AS counted_as
FROM roles
