-- The days of accounts with something that was deleted only after the month: two rows of account_day, but one day.
SELECT DISTINCT member_id, day
FROM account_day
WHERE member_id IS NOT NULL AND day < $month_end AND deleted_at >= $month_end_at
