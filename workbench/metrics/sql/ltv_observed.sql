-- What each cohort of joiners paid, net of refunds, a row a cohort, local month and currency (as exact decimals in text); a
-- cohort that never paid has one row without a month. From when to when payments are known stands in every row.
WITH joined AS (
    SELECT person_id, CAST(date_trunc('month', joined_on) AS DATE) AS cohort
    FROM stays
    WHERE stay = 1 AND join_kind <> 'opening'
),
sizes AS (
    SELECT cohort, count(*) AS size FROM joined GROUP BY cohort
),
dated AS (
    SELECT p.member_id, CAST(date_trunc('month', p.paid_at + o.shift) AS DATE) AS month, p.amount, p.currency
    FROM payments AS p
    JOIN utc_offsets AS o ON p.paid_at >= o.from_at AND p.paid_at < o.to_at
    WHERE p.paid_at < $month_end_at
),
known AS (
    SELECT min(month) AS first_month, max(month) AS last_month FROM dated
),
paid AS (
    SELECT j.cohort, d.month, upper(trim(d.currency)) AS currency, sum(d.amount) AS amount
    FROM dated AS d
    JOIN accounts AS a ON a.member_id = d.member_id
    JOIN joined AS j ON j.person_id = a.person_id
    GROUP BY j.cohort, d.month, upper(trim(d.currency))
)
SELECT s.cohort, s.size, p.month, p.currency, CAST(p.amount AS VARCHAR) AS amount, k.first_month, k.last_month
FROM sizes AS s
CROSS JOIN known AS k
LEFT JOIN paid AS p ON p.cohort = s.cohort
ORDER BY s.cohort, p.month, p.currency
