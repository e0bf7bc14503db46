-- Net payments of the month, a row a currency, as exact decimals in text; refunds are negative. Payments of staff, bots and
-- excluded people (tests) are counted apart.
WITH paid AS (
    SELECT
        upper(trim(p.currency)) AS currency,
        p.amount,
        coalesce(a.person_id, p.member_id) AS person_id,
        coalesce(q.counted_as IN ('staff', 'bot', 'excluded'), false) AS left_out
    FROM payments AS p
    LEFT JOIN accounts AS a ON a.member_id = p.member_id
    LEFT JOIN people AS q ON q.person_id = a.person_id
    WHERE p.paid_at >= $month_start_at AND p.paid_at < $month_end_at
)
SELECT
    currency,
    CAST(sum(amount) AS VARCHAR) AS amount,
    CAST(coalesce(sum(CASE WHEN amount < 0 THEN amount END), 0) AS VARCHAR) AS refunds,
    (SELECT count(DISTINCT person_id) FROM paid WHERE amount > 0 AND NOT left_out) AS payers,
    (SELECT count(*) FROM paid WHERE left_out) AS left_out
FROM paid
WHERE NOT left_out
GROUP BY currency
ORDER BY currency
