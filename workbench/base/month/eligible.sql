-- Who counts in this month: everybody but bots, staff, excluded people and those banned before the month began.
SELECT p.person_id
FROM people AS p
WHERE NOT EXISTS (SELECT 1 FROM ineligible AS x WHERE x.person_id = p.person_id)
