-- Roll-up: account_day by month. Bit d of active_bits is set when day d had a contribution, so that days of
-- several rows can be united without counting one twice.
SELECT
    member_id,
    CAST(date_trunc('month', day) AS DATE) AS month,
    deleted_at,
    CAST(sum(contributions) AS BIGINT) AS contributions,
    bit_or(CASE WHEN contributions > 0 THEN CAST(1 AS BIGINT) << (CAST(extract(day FROM day) AS INTEGER) - 1) ELSE 0 END)
        AS active_bits,
    min(day) AS first_day,
    max(day) AS last_day,
    min(CASE WHEN posts + replies > 0 THEN day END) AS first_message_on,
    min(CASE WHEN replies > 0 THEN day END) AS first_reply_on,
    min(CASE WHEN reactions > 0 THEN day END) AS first_reaction_on
FROM account_day
GROUP BY 1, 2, 3
