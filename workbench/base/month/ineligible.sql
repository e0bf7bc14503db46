-- Who does not count in this month: bots, staff, excluded people and those banned before the month began.
SELECT p.person_id, p.counted_as
FROM people AS p
WHERE
    p.counted_as <> 'member'
    OR EXISTS (
        SELECT 1
        FROM bans AS b, period AS t
        WHERE
            b.person_id = p.person_id
            AND b.banned_on < t.month_start
            AND (b.lifted_on IS NULL OR b.lifted_on >= t.month_start)
    )
