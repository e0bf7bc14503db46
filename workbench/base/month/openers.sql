-- Who opened a conversation in the month, and the first answer by another human before its end.
-- is_topic: starts a topic of a forum, mailing list or topic-based chat. is_question: starts a conversation anywhere and
-- reads like a question, French or English. can_be_answered: the export links answers to what they answer, or they are
-- inferred (is_inferred: `inferred_replies`), where a conversation is what its author says in one turn (turn_id).
WITH topic_platforms AS (
    SELECT platform FROM imports WHERE source IN ('stackexchange', 'discourse', 'zulip', 'mbox')
),
topic_groups AS (
    SELECT group_id FROM groups WHERE kind IN ('forum', 'category')
),
linking AS (
    SELECT platform FROM answering WHERE first_day < $month_end
),
inferred AS (
    SELECT i.event_id, i.reply_to, i.turn_id, t.reply_to AS turn_reply_to
    FROM inferred_replies AS i
    JOIN inferred_replies AS t ON t.event_id = i.turn_id
),
started AS (
    SELECT
        e.event_id,
        e.occurred_at AS opened_at,
        e.person_id,
        e.platform,
        e.group_id,
        e.platform IN ('stackexchange', 'discourse', 'zulip', 'mbox', 'khoros')
            OR e.platform IN (SELECT platform FROM topic_platforms)
            OR g.group_id IS NOT NULL AS is_topic,
        q.event_id IS NOT NULL AS is_inferred,
        coalesce(q.turn_id, e.event_id) AS turn_id
    FROM people_events AS e
    LEFT JOIN topic_groups AS g ON g.group_id = e.group_id
    LEFT JOIN inferred AS q ON q.event_id = e.event_id
    WHERE
        e.is_eligible
        AND e.occurred_at >= $month_start_at
        AND e.kind = 'post'
        AND (e.thread_id IS NULL OR e.thread_id = e.event_id)
        AND e.reply_to IS NULL
        AND q.turn_reply_to IS NULL
),
texts AS (
    SELECT
        event_id,
        -- A question mark that ends something (not the one inside a link), or words that ask.
        regexp_matches(text, '[?？]([^A-Za-z0-9=&_/%?-]|[?？]|$)')
        OR regexp_matches(
            text,
            '(?i)(^|[.!:;,\n] *)(who|what|where|when|why|how|which|whose)(''s|’s| +'
            '(is|are|was|were|do|does|did|can|could|should|would|will|has|have|to|many|much|long|often|about|if|not|come))([^a-z]|$)'
        )
        OR regexp_matches(
            text,
            '(?i)(^|[.!:;,\n] *)(is|are|was|were|does|did|can|could|should|would|will|have|has) +'
            '(i|you|we|they|he|she|it|there|this|that|these|those|the|my|our|any|anyone|anybody|someone|somebody)([^a-z’'']|$)'
        )
        OR regexp_matches(
            text,
            '(?i)(^|[^a-z])(any ?(one|body) +(know|knows|have|has|here|else|able|tried|using|got|can|could|who)|any +(idea|ideas|advice|tip|tips|suggestion|suggestions)'
            '|how +(do|can|could|should|to) +i|i +(was +|am +)?wonder(ing)? +(if|how|why|what|whether|who|when|where))([^a-z]|$)'
        )
        OR regexp_matches(
            text,
            '(?i)(^|[.!:;,\n] *)((comment|pourquoi|combien|quand|où|qui|que) +(est|sont|faire|faut|fait|on|je|puis|peut|dois|doit|tu|vous|ça|se|avez|as|a|ont|va|de|sait|aurait|veut|pensez|penses|pouvez|peux)'
            '|quels? |quelles? |lequel|laquelle|lesquels|lesquelles|à quoi |à qui |de quoi |d[''’]où |depuis quand )'
        )
        OR regexp_matches(
            text,
            '(?i)((^|[^a-zà-ÿ''’])est[ -]ce +qu(e|i)?|(^|[^a-zà-ÿ])(qu[''’]est[ -]ce|y a[ -]t[ -]il|quelqu[''’]une? +(sait|peut|pourrait|a|aurait|connaît|connait|saurait|utilise)'
            '|je me demand(e|ais) +(si|comment|pourquoi|ce|quel|où|qui|quand)'
            '|(savez|pouvez|pourriez|avez|auriez|connaissez|pensez|voulez|sauriez)-vous|(sais|peux|pourrais|as|aurais|connais|penses|veux)-tu'
            '|(peut|doit|pourrait|faut|va-t|a-t)-(on|il|elle)|(puis|dois|pourrais)-je))([^a-zà-ÿ]|$)'
        ) AS is_question
    FROM messages
    WHERE
        occurred_at >= $month_start_at
        AND occurred_at < $month_end_at
        AND event_id IN (SELECT event_id FROM started)
),
first_questions AS (
    SELECT
        s.event_id,
        row_number() OVER (PARTITION BY s.turn_id ORDER BY s.opened_at, s.event_id) AS place
    FROM started AS s
    JOIN texts AS t ON t.event_id = s.event_id
    WHERE s.is_inferred AND t.is_question
),
conversations AS (
    SELECT
        s.*,
        coalesce(t.is_question, false) AS is_question,
        s.is_topic OR s.is_inferred OR l.platform IS NOT NULL AS can_be_answered
    FROM started AS s
    LEFT JOIN texts AS t ON t.event_id = s.event_id
    LEFT JOIN linking AS l ON l.platform = s.platform
    LEFT JOIN first_questions AS f ON f.event_id = s.event_id
    WHERE s.is_topic OR (t.is_question AND (f.place = 1 OR NOT s.is_inferred))
),
messages_of_humans AS (
    SELECT
        e.event_id,
        e.thread_id,
        e.reply_to,
        e.occurred_at,
        e.person_id,
        e.counted_as = 'staff' AS is_staff
    FROM people_events AS e
    WHERE
        e.occurred_at >= $month_start_at
        AND e.kind IN ('post', 'reply')
        AND e.counted_as IN ('member', 'staff')
),
answers AS (
    SELECT thread_id AS opener_id, event_id, occurred_at, person_id, is_staff FROM messages_of_humans
    UNION ALL
    SELECT reply_to, event_id, occurred_at, person_id, is_staff FROM messages_of_humans
    UNION ALL
    SELECT o.event_id, m.event_id, m.occurred_at, m.person_id, m.is_staff
    FROM messages_of_humans AS m
    JOIN inferred AS i ON i.event_id = m.event_id
    JOIN inferred AS q ON q.event_id = i.reply_to
    JOIN conversations AS o ON o.turn_id = q.turn_id
    WHERE o.is_inferred
),
ordered AS (
    SELECT
        o.event_id,
        a.occurred_at AS answered_at,
        a.person_id AS answered_by,
        a.is_staff AS answered_by_staff,
        row_number() OVER (PARTITION BY o.event_id ORDER BY a.occurred_at, a.person_id, a.event_id) AS place
    FROM conversations AS o
    JOIN answers AS a ON a.opener_id = o.event_id
    WHERE a.person_id <> o.person_id AND a.occurred_at >= o.opened_at
)
SELECT
    o.*,
    f.answered_at,
    f.answered_by,
    f.answered_by_staff,
    extract(epoch FROM ($month_end_at - o.opened_at)) / 3600 AS age_hours,
    extract(epoch FROM (f.answered_at - o.opened_at)) / 3600 AS answered_hours
FROM conversations AS o
LEFT JOIN ordered AS f ON f.event_id = o.event_id AND f.place = 1
