-- New members of the month by where they came from, the largest source first; "unknown" where the export does not tell.
WITH joins AS (
    SELECT person_id
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening' AND joined_on >= $month_start AND joined_on < $month_end
),
accounts_in_order AS (
    SELECT
        a.person_id,
        CASE WHEN m.invited_by IS NOT NULL THEN 'invite' WHEN m.join_source <> '' THEN m.join_source ELSE 'unknown' END
            AS source,
        row_number() OVER (PARTITION BY a.person_id ORDER BY m.joined_at NULLS LAST, a.member_id) AS place
    FROM joins AS j
    JOIN accounts AS a ON a.person_id = j.person_id
    LEFT JOIN members AS m ON m.member_id = a.member_id
)
SELECT source, count(*) AS joins
FROM accounts_in_order
WHERE place = 1
GROUP BY source
ORDER BY CASE WHEN source = 'unknown' THEN 1 ELSE 0 END, joins DESC, source
