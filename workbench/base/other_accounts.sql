-- The accounts whose person bears another id: of who has several, by the identity map.
SELECT member_id, person_id
FROM accounts
WHERE person_id <> member_id
