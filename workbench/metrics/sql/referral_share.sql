-- New members of the month who were invited by a member, of those whose source is known.
WITH joins AS (
    SELECT person_id
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening' AND joined_on >= $month_start AND joined_on < $month_end
),
accounts_in_order AS (
    SELECT
        m.invited_by IS NOT NULL OR m.join_source = 'invite' AS invited,
        m.invited_by IS NOT NULL OR m.join_source NOT IN ('', 'unknown') AS known,
        row_number() OVER (PARTITION BY a.person_id ORDER BY m.joined_at NULLS LAST, a.member_id) AS place
    FROM joins AS j
    JOIN accounts AS a ON a.person_id = j.person_id
    LEFT JOIN members AS m ON m.member_id = a.member_id
)
SELECT count(*) FILTER (WHERE invited) AS numerator, count(*) FILTER (WHERE known) AS denominator
FROM accounts_in_order
WHERE place = 1
