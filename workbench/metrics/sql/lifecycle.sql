-- Everybody active in the month or the one before: new (first contribution ever), retained (active in both),
-- resurrected (active now and earlier, not in the month before), dormant (active in the month before, not now).
WITH active AS (
    SELECT
        person_id,
        bool_or(month = $month_start) AS now,
        bool_or(month = $previous_start) AS before,
        min(month) AS first_month
    FROM active_months
    GROUP BY person_id
),
counted AS (
    SELECT
        count(*) FILTER (WHERE now AND first_month = $month_start) AS new,
        count(*) FILTER (WHERE now AND before) AS retained,
        count(*) FILTER (WHERE now AND NOT before AND first_month < $month_start) AS resurrected,
        count(*) FILTER (WHERE before AND NOT now) AS dormant
    FROM active
),
known AS (
    SELECT
        count(*) FILTER (WHERE day >= $month_start) AS days,
        count(*) FILTER (WHERE day < $month_start) AS days_before,
        $month_start - $previous_start AS days_of_month_before
    FROM covered_days
    WHERE day >= $previous_start AND day < $month_end
)
SELECT
    CASE WHEN k.days > 0 AND k.days_before > 0 THEN n.new END AS new,
    CASE WHEN k.days > 0 AND k.days_before > 0 THEN n.retained END AS retained,
    CASE WHEN k.days > 0 AND k.days_before > 0 THEN n.resurrected END AS resurrected,
    CASE WHEN k.days > 0 AND k.days_before > 0 THEN n.dormant END AS dormant,
    k.days_before < k.days_of_month_before AS partial,
    CASE WHEN k.days = 0 THEN 'why.not_covered' WHEN k.days_before = 0 THEN 'why.no_earlier_month' END AS why
FROM counted AS n
CROSS JOIN known AS k
