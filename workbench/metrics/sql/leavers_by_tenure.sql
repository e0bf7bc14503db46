-- Leavers of the month by how many days they had been members; joins without a date apart (band "unknown").
WITH bands AS (
    SELECT *
    FROM (
        VALUES
        (1, '0-1', 0, 1), (2, '2-7', 2, 7), (3, '8-30', 8, 30), (4, '31-90', 31, 90), (5, '91-180', 91, 180),
        (6, '181-365', 181, 365), (7, '>365', 366, 99999), (8, 'unknown', NULL, NULL)
    ) AS b (place, band, from_days, to_days)
),
leaves AS (
    SELECT CASE WHEN join_kind = 'dated' THEN left_on - joined_on END AS tenure_days
    FROM stays
    WHERE end_kind = 'dated' AND left_on >= $month_start AND left_on < $month_end
),
banded AS (
    SELECT b.band
    FROM leaves AS l
    JOIN bands AS b ON l.tenure_days BETWEEN b.from_days AND b.to_days OR (l.tenure_days IS NULL AND b.from_days IS NULL)
),
counted AS (
    SELECT band, count(*) AS leavers FROM banded GROUP BY band
),
known AS (
    SELECT
        CASE
            WHEN NOT bool_or(c.covered) THEN 'why.not_covered'
            WHEN bool_and(k.leaves) THEN NULL
            WHEN bool_or(k.some_leaves) THEN 'why.leaves_partly_known'
            ELSE 'why.no_leaves'
        END AS why
    FROM calendar AS c
    CROSS JOIN told AS k
)
SELECT b.band, CASE WHEN k.why IS NULL THEN coalesce(n.leavers, 0) END AS leavers, k.why
FROM bands AS b
CROSS JOIN known AS k
LEFT JOIN counted AS n ON n.band = b.band
ORDER BY b.place
