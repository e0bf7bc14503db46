-- Members at the end of the month by what they declared: country and language. A person with several accounts has the
-- first in the alphabet of what they declare; null is who declared nothing. Cells under five are hidden before anybody
-- sees this.
WITH declared AS (
    SELECT
        m.person_id,
        min(upper(nullif(trim(d.country), ''))) AS country,
        min(lower(nullif(trim(d.language), ''))) AS language
    FROM month_members AS m
    JOIN accounts AS a ON a.person_id = m.person_id
    LEFT JOIN members AS d ON d.member_id = a.member_id
    WHERE m.at_closing
    GROUP BY m.person_id
)
SELECT 'country' AS dimension, country AS value, count(*) AS members FROM declared GROUP BY country
UNION ALL
SELECT 'language', language, count(*) FROM declared GROUP BY language
ORDER BY dimension, members DESC, value NULLS LAST
