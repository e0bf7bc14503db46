-- Members at the beginning of the month who had never paid, and who paid for the first time in it ÷ those who had never paid.
WITH payers AS (
    SELECT coalesce(a.person_id, p.member_id) AS person_id, min(p.paid_at) AS first_paid_at
    FROM payments AS p
    LEFT JOIN accounts AS a ON a.member_id = p.member_id
    LEFT JOIN people AS q ON q.person_id = a.person_id
    WHERE
        p.amount > 0
        AND p.paid_at < $month_end_at
        AND (q.counted_as IS NULL OR q.counted_as NOT IN ('staff', 'bot', 'excluded'))
    GROUP BY coalesce(a.person_id, p.member_id)
),
free_members AS (
    SELECT m.person_id, p.first_paid_at
    FROM month_members AS m
    LEFT JOIN payers AS p ON p.person_id = m.person_id
    WHERE m.at_opening AND (p.first_paid_at IS NULL OR p.first_paid_at >= $month_start_at)
),
told_of_payments AS (
    SELECT
        count(*) FILTER (WHERE paid_at >= $month_start_at) > 0 AS in_month,
        count(*) FILTER (WHERE paid_at < $month_start_at) > 0 AS before
    FROM payments
    WHERE paid_at < $month_end_at
)
SELECT
    CASE WHEN t.in_month AND t.before THEN (SELECT count(first_paid_at) FROM free_members) END AS numerator,
    (SELECT count(*) FROM free_members) AS denominator,
    CASE WHEN t.in_month AND t.before THEN (SELECT count(*) FROM payers WHERE first_paid_at >= $month_start_at) END
        AS first_payers,
    CASE
        WHEN NOT t.in_month THEN 'why.value_no_payments'
        WHEN NOT t.before THEN 'why.value_no_earlier_payments'
        ELSE 'why.value_no_free_members'
    END AS why
FROM told_of_payments AS t
