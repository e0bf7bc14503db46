-- The accounts of people who have several, or whose person bears another id, by the identity map. All other accounts
-- are a person each, with the account's id.
SELECT member_id, person_id
FROM accounts
WHERE person_id <> member_id OR member_id IN (SELECT person_id FROM accounts WHERE person_id <> member_id)
