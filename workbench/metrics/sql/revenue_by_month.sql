-- Net payments and people who paid, a row a local month and currency, up to this month; as exact decimals in text.
WITH paid AS (
    SELECT
        CAST(date_trunc('month', p.paid_at + o.shift) AS DATE) AS month,
        upper(trim(p.currency)) AS currency,
        p.amount,
        coalesce(a.person_id, p.member_id) AS person_id
    FROM payments AS p
    JOIN utc_offsets AS o ON p.paid_at >= o.from_at AND p.paid_at < o.to_at
    LEFT JOIN accounts AS a ON a.member_id = p.member_id
    LEFT JOIN people AS q ON q.person_id = a.person_id
    WHERE
        p.paid_at < $month_end_at
        AND (q.counted_as IS NULL OR q.counted_as NOT IN ('staff', 'bot', 'excluded'))
),
payers AS (
    SELECT month, count(DISTINCT person_id) AS payers FROM paid WHERE amount > 0 GROUP BY month
)
SELECT p.month, p.currency, CAST(sum(p.amount) AS VARCHAR) AS amount, coalesce(max(n.payers), 0) AS payers
FROM paid AS p
LEFT JOIN payers AS n ON n.month = p.month
GROUP BY p.month, p.currency
ORDER BY p.month, p.currency
