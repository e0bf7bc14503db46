-- Who does not count in this month: bots, staff, excluded people and those banned before the month began.
SELECT person_id, counted_as
FROM people
WHERE counted_as <> 'member'
UNION ALL
SELECT p.person_id, p.counted_as
FROM people AS p
WHERE
    p.counted_as = 'member'
    AND p.person_id IN (
        SELECT b.person_id
        FROM bans AS b
        CROSS JOIN period AS t
        WHERE b.banned_on < t.month_start AND (b.lifted_on IS NULL OR b.lifted_on >= t.month_start)
    )
