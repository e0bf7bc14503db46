-- Joiners who contributed by the end of the 7th day after joining ÷ joiners whose 7th day is over; first, dated joins of
-- the month only.
WITH joiners AS (
    SELECT person_id, joined_on
    FROM stays
    WHERE
        stay = 1
        AND join_kind = 'dated'
        AND joined_on >= $month_start
        AND joined_on < $month_end
),
mature AS (
    SELECT person_id, joined_on FROM joiners WHERE joined_on + INTERVAL 8 DAY <= $month_end
),
activated AS (
    SELECT DISTINCT m.person_id
    FROM mature AS m
    JOIN active_days AS d
        ON d.person_id = m.person_id AND d.day >= m.joined_on AND d.day < m.joined_on + INTERVAL 8 DAY
    WHERE d.contributions > 0 AND d.day >= $month_start AND d.day < $month_end
),
counted AS (
    SELECT
        (SELECT count(*) FROM joiners) AS joined,
        (SELECT count(*) FROM mature) AS mature,
        (SELECT count(*) FROM activated) AS activated
)
SELECT
    activated AS numerator,
    mature AS denominator,
    CASE
        WHEN joined = 0 THEN 'why.onboarding_no_dated_joins'
        WHEN mature = 0 THEN 'why.onboarding_too_young'
    END AS why
FROM counted
