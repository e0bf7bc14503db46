-- Members at the end of the month by the text of their attribute $attribute, as the export gives it.
WITH declared AS (
    SELECT m.person_id, min(nullif(trim(CAST(d.attributes[$attribute] AS VARCHAR)), '')) AS text
    FROM month_members AS m
    JOIN accounts AS a ON a.person_id = m.person_id
    LEFT JOIN members AS d ON d.member_id = a.member_id
    WHERE m.at_closing
    GROUP BY m.person_id
)
SELECT text, count(*) AS members
FROM declared
GROUP BY text
ORDER BY text NULLS LAST
