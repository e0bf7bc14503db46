-- Promises of the team (staff, moderators, ambassadors) of the 90 local days before the end of the month, found by their
-- words in French and English, and what the log holds open: outreach, routing, incidents. A promise is closed by the
-- team's next message in the same thread that is no promise itself; an entry by its date or a status that says so.
WITH team AS (
    SELECT a.member_id, p.person_id, p.display_name
    FROM accounts AS a
    JOIN people AS p ON p.person_id = a.person_id
    WHERE p.counted_as = 'staff' OR (p.counted_as = 'member' AND p.role IN ('moderator', 'ambassador'))
),
said AS (
    SELECT
        e.event_id,
        e.occurred_at,
        t.person_id,
        t.display_name,
        e.group_id,
        e.reply_to,
        coalesce(e.thread_id, e.event_id) AS thread_id
    FROM events AS e
    JOIN team AS t ON t.member_id = e.member_id
    WHERE
        e.occurred_at >= $loops_start_at
        AND e.occurred_at < $month_end_at
        AND e.kind IN ('post', 'reply')
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
),
promised AS (
    SELECT s.event_id, m.text
    FROM said AS s
    JOIN messages AS m ON m.event_id = s.event_id
    WHERE
        m.occurred_at >= $loops_start_at
        AND m.occurred_at < $month_end_at
        AND (
            regexp_matches(
                m.text,
                '(?i)(^|[^a-z])(i|we|i[''’]ll|we[''’]ll|(i|we) will|i am going to|i[''’]m going to) +(just +|also +|quickly +)?'
                '((get|come) back to (you|u|all|every|them|him|her|this)|keep you (all +)?(posted|updated|informed)'
                '|escalate|pass (it|this|that) on|raise (it|this|that) with)([^a-z]|$)'
            )
            OR regexp_matches(
                m.text,
                '(?i)(^|[^a-z])(i[''’]ll|we[''’]ll|(i|we) will|i am going to|i[''’]m going to) +(just +|also +|quickly +)?'
                '(look into (it|this|that)|let you (all +)?know|find out|follow up|check and)([^a-z]|$)'
            )
            OR regexp_matches(
                m.text,
                '(?i)(^|[^a-z])(i[''’]ve|we[''’]ve|i have|we have) +'
                '(escalated|forwarded|passed on|raised) +(it|this|that|your)([^a-z]|$)'
            )
            OR regexp_matches(
                m.text,
                '(?i)(^|[^a-zà-ÿ])((je|on|nous) +(te +|vous +)?'
                '(reviens|reviendrai|revient|reviendra|revenons|reviendrons) +vers +'
                '|(je|on|nous) +(te|vous) +(tiens|tiendrai|tient|tiendra|tenons|tiendrons) +au +courant'
                '|(je|on|nous) +(te|vous) +(redis|redirai|redit|recontacte|recontacterai)'
                '|je +me +renseigne|je +vais +me +renseigner|on +se +renseigne'
                '|j[''’]ai +(fait +remonter|transmis|remonté)'
                '|(je|on) +(fais|fait|vais +faire|va +faire) +remonter|je +(transmets|vais +transmettre))'
            )
        )
),
closing AS (
    SELECT c.thread_id, c.reply_to, c.occurred_at
    FROM said AS c
    LEFT JOIN promised AS p ON p.event_id = c.event_id
    WHERE p.event_id IS NULL
),
closings AS (
    SELECT thread_id, occurred_at FROM closing
    UNION ALL
    SELECT reply_to, occurred_at FROM closing WHERE reply_to IS NOT NULL AND reply_to <> thread_id
),
promises AS (
    SELECT s.event_id, min(c.occurred_at) AS closed_at
    FROM promised AS p
    JOIN said AS s ON s.event_id = p.event_id
    LEFT JOIN closings AS c
        ON c.occurred_at > s.occurred_at AND (c.thread_id = s.thread_id OR c.thread_id = s.event_id)
    GROUP BY s.event_id
),
entries AS (
    SELECT
        l.entry_id,
        l.kind,
        l.noted_at,
        l.member_id,
        l.group_id,
        l.note,
        CASE WHEN l.closed_at < $month_end_at THEN l.closed_at END AS closed_at,
        l.closed_at IS NULL
        AND coalesce(
            lower(trim(l.status)) IN (
                'closed', 'done', 'answered', 'resolved', 'solved', 'cancelled', 'canceled', 'fixed', 'ok',
                'clos', 'close', 'fermé', 'fermée', 'terminé', 'terminée', 'fait', 'faite', 'répondu', 'répondue',
                'résolu', 'résolue', 'traité', 'traitée', 'annulé', 'annulée'
            ),
            false
        ) AS closed_by_status
    FROM log AS l
    WHERE l.kind IN ('outreach', 'routing', 'incident') AND l.noted_at < $month_end_at
)
SELECT
    s.event_id AS loop_id,
    'promise' AS kind,
    s.occurred_at AS opened_at,
    s.occurred_at + u.shift AS opened_at_local,
    s.person_id AS member_id,
    s.display_name,
    s.group_id,
    coalesce(g.name, s.group_id) AS group_name,
    substring(p.text, 1, 160) AS text,
    q.closed_at,
    q.closed_at IS NOT NULL AS is_closed,
    extract(epoch FROM ($month_end_at - s.occurred_at)) / 86400 AS age_days,
    extract(epoch FROM (q.closed_at - s.occurred_at)) / 86400 AS closed_days
FROM promises AS q
JOIN said AS s ON s.event_id = q.event_id
JOIN promised AS p ON p.event_id = q.event_id
JOIN utc_offsets AS u ON s.occurred_at >= u.from_at AND s.occurred_at < u.to_at
LEFT JOIN groups AS g ON g.group_id = s.group_id
UNION ALL
SELECT
    e.entry_id,
    e.kind,
    e.noted_at,
    e.noted_at + u.shift,
    a.person_id,
    w.display_name,
    e.group_id,
    coalesce(g.name, e.group_id),
    substring(e.note, 1, 160),
    e.closed_at,
    e.closed_at IS NOT NULL OR e.closed_by_status,
    extract(epoch FROM ($month_end_at - e.noted_at)) / 86400,
    extract(epoch FROM (e.closed_at - e.noted_at)) / 86400
FROM entries AS e
JOIN utc_offsets AS u ON e.noted_at >= u.from_at AND e.noted_at < u.to_at
LEFT JOIN accounts AS a ON a.member_id = e.member_id
LEFT JOIN people AS w ON w.person_id = a.person_id
LEFT JOIN groups AS g ON g.group_id = e.group_id
-- An entry that is still open stays on the list however old it is.
WHERE e.noted_at >= $loops_start_at OR (e.closed_at IS NULL AND NOT e.closed_by_status)
ORDER BY opened_at, loop_id
