-- The days of accounts with something that was deleted only after the month: two rows of account_day, but one day.
SELECT DISTINCT d.member_id, d.day
FROM account_day AS d
CROSS JOIN period AS t
WHERE d.member_id IS NOT NULL AND d.day < t.month_end AND d.deleted_at >= t.month_end_at
