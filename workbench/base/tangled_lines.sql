-- What the exports say of their joining and leaving.
SELECT l.member_id, l.instant, l.day, l.is_leave, l.reason
FROM membership_lines AS l
JOIN tangled_accounts AS a ON a.member_id = l.member_id
