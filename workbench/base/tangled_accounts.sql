-- All other accounts: of people with several, or with more joins and leaves than one of each.
SELECT a.member_id, a.person_id, a.platform
FROM accounts AS a
WHERE NOT EXISTS (SELECT 1 FROM plain_stays AS p WHERE p.person_id = a.member_id)
