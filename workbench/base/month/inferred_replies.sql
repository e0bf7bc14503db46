-- In chat whose export links no answers (WhatsApp, IRC, Messenger; Telegram without replies): what each message of the
-- month most likely answers, by the conversation rule "replies 2". Estimates: never written into events.
-- reply_to: one of the 15 messages before it in its group, at most 7 days older, or null: it begins something.
-- One's own message is linked to when it is at most 3 minutes old: the author goes on. probability: of that choice.
-- turn_id: the first message of those with which the author so goes on. Scores are a conditional logit, its weights
-- fitted on hand-made links of an IRC channel by benchmarks/reply_inference.py; benchmarks/REPLIES.md tells how well.
WITH weights AS (
    -- Where at least a tenth of the messages call somebody by name (named = 1), a message without a name says less.
    SELECT *
    FROM (
        VALUES
            (1, 0.47, -0.75, 0.45, 1.42, -1.36, -0.55, 0.30, -1.12, 0.54, 2.22, 1.00, 1.21, 2.34, 1.61, -0.38, -1.06),
            (0, 1.44, -0.43, 0.37, 1.66, -1.28, -0.67, -0.11, -0.80, 0.60, 2.49, 0.65, 1.32, 3.14, 2.02, -0.66, -1.30)
    ) AS w(
        named, other, far, asked, shared, seen, later, own, own_far, own_adjacent, own_last, own_shared, none_asks,
        none_newcomer, none_greets, none_points, none_takes_up
    )
),
others_weights AS (
    SELECT
        3.90 AS calls,
        1.64 AS called,
        1.00 AS called_last,
        -1.64 AS calls_else,
        -0.54 AS called_else,
        -1.13 AS own_calls,
        0.69 AS own_both_call,
        -1.13 AS none_calls,
        -- Where 20 messages take more than an hour, to begin something is rarer; set by hand on two slow chats.
        -1.00 AS none_slow
),
chats AS (
    SELECT k.platform
    FROM (
        SELECT platform FROM imports WHERE source IN ('whatsapp', 'irc', 'telegram')
        UNION
        SELECT platform FROM tells WHERE platform IN ('whatsapp', 'irc', 'telegram')
    ) AS k
    LEFT JOIN answering AS l ON l.platform = k.platform AND l.first_day < $month_end
    WHERE l.platform IS NULL
),
rooms AS (
    -- A personal export of Facebook: its comments are replies, its chats link nothing.
    SELECT g.group_id
    FROM groups AS g
    WHERE
        g.kind = 'chat'
        AND (g.platform = 'facebook' OR g.platform IN (SELECT i.platform FROM imports AS i WHERE i.source = 'facebook'))
        AND g.platform NOT IN (SELECT c.platform FROM chats AS c)
),
posts AS (
    -- Two joins, so that a community without such chats is not read at all.
    SELECT e.event_id, e.platform, e.group_id, e.occurred_at, e.member_id, e.mentions
    FROM events AS e
    JOIN chats AS c ON c.platform = e.platform
    WHERE
        e.occurred_at >= $month_start_at - INTERVAL 7 DAY
        AND e.occurred_at < $month_end_at
        AND e.kind = 'post'
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
    UNION ALL
    SELECT e.event_id, e.platform, e.group_id, e.occurred_at, e.member_id, e.mentions
    FROM events AS e
    JOIN rooms AS r ON r.group_id = e.group_id
    WHERE
        e.occurred_at >= $month_start_at - INTERVAL 7 DAY
        AND e.occurred_at < $month_end_at
        AND e.kind = 'post'
        AND (e.deleted_at IS NULL OR e.deleted_at >= $month_end_at)
),
said AS (
    SELECT
        e.event_id,
        e.platform,
        coalesce(e.group_id, e.platform) AS room,
        e.occurred_at,
        e.mentions,
        a.person_id,
        a.display_name
    FROM posts AS e
    JOIN accounts AS a ON a.member_id = e.member_id
    JOIN people AS p ON p.person_id = a.person_id
    WHERE p.counted_as IN ('member', 'staff')
),
-- Numbers instead of names: the pairs below are fifteen times as many as the messages.
speakers AS (
    SELECT person_id, row_number() OVER (ORDER BY person_id) AS person
    FROM (SELECT DISTINCT person_id FROM said) AS s
),
groups_in_order AS (
    SELECT room AS name, row_number() OVER (ORDER BY room) AS room
    FROM (SELECT DISTINCT room FROM said) AS s
),
spoken AS (
    SELECT
        s.event_id,
        g.room,
        s.occurred_at,
        s.mentions,
        k.person,
        CASE WHEN t.text LIKE '%?%' OR t.text LIKE '%？%' THEN 1 ELSE 0 END AS asks,
        -- Words that begin something (they greet, or ask all), that point to what was said, and that take it up.
        CASE
            WHEN
                regexp_matches(
                    lower(t.text),
                    '(^|[^a-zà-ÿ])(hi|hello|hey|anyone|anybody|someone|somebody|everyone|everybody|all|guys|folks'
                    '|bonjour|bonsoir|salut|coucou|quelqu|tous|toutes|tout le monde)([^a-zà-ÿ]|$)'
                )
                THEN 1
            ELSE 0
        END AS greets,
        CASE
            WHEN
                regexp_matches(
                    lower(t.text),
                    '(^|[^a-zà-ÿ])(you|your|that|it|its|this|he|she|they'
                    '|tu|vous|ton|ta|votre|ça|cela|il|elle|c[''’]est)([^a-zà-ÿ]|$)'
                )
                THEN 1
            ELSE 0
        END AS points,
        CASE
            WHEN
                regexp_matches(
                    lower(t.text),
                    '^[^a-zà-ÿ]*([^ ]+[:,] )?(yes|no|yeah|yep|nope|ok|okay|sure|right|true|thanks|thank|thx|lol|haha'
                    '|well|but|and|so|because|then|ah|oh|oui|non|ouais|merci|d[''’]accord|mais|et|donc|super|parfait'
                    '|bravo)([^a-zà-ÿ]|$)'
                )
                THEN 1
            ELSE 0
        END AS takes_up,
        trim(regexp_replace(lower(coalesce(t.text, '')), '[ ,:;.!?()"«»“”…@<>*~\n\t]+', ' ', 'g')) AS plain,
        row_number() OVER (ORDER BY g.room, s.occurred_at, s.event_id) AS place
    FROM said AS s
    JOIN speakers AS k ON k.person_id = s.person_id
    JOIN groups_in_order AS g ON g.name = s.room
    LEFT JOIN messages AS t
        ON t.event_id = s.event_id
        AND t.occurred_at >= $month_start_at - INTERVAL 7 DAY
        AND t.occurred_at < $month_end_at
),
turns AS (
    -- twenty: the block of 20 places, so that pairs at most 15 apart are found by equality.
    SELECT
        event_id,
        room,
        occurred_at,
        person,
        asks,
        greets,
        points,
        takes_up,
        place,
        CAST(floor(place / 20.0) AS BIGINT) AS twenty,
        lag(place) OVER (PARTITION BY room, person ORDER BY place) AS own_before,
        lag(occurred_at) OVER (PARTITION BY room, person ORDER BY place) AS own_before_at,
        lead(place) OVER (PARTITION BY room, person ORDER BY place) AS own_next,
        lag(occurred_at, 20) OVER (PARTITION BY room ORDER BY place) AS twenty_ago,
        lag(occurred_at) OVER (PARTITION BY room ORDER BY place) AS before_at,
        lag(person) OVER (PARTITION BY room ORDER BY place) AS before_by
    FROM spoken
),
in_order AS (
    -- other_at: when another person last spoke. is_slow: 20 messages take more than an hour.
    SELECT
        *,
        max(CASE WHEN before_by <> person THEN before_at END) OVER (
            PARTITION BY room ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS other_at,
        CASE WHEN twenty_ago >= occurred_at - INTERVAL 1 HOUR THEN 0 ELSE 1 END AS is_slow
    FROM turns
),
words AS (
    SELECT DISTINCT s.room, s.place, w.word
    FROM spoken AS s
    CROSS JOIN UNNEST(string_split(s.plain, ' ')) AS w(word)
    WHERE length(w.word) >= 3
),
names AS (
    -- People are called by the first word of their name; a telephone number is no name.
    SELECT DISTINCT
        k.person,
        split_part(trim(regexp_replace(lower(s.display_name), '[ ,:;.!?()"«»“”…@<>*~\n\t]+', ' ', 'g')), ' ', 1) AS called
    FROM (SELECT DISTINCT person_id, display_name FROM said) AS s
    JOIN speakers AS k ON k.person_id = s.person_id
    WHERE NOT regexp_matches(s.display_name, '^[~ ]*[+0-9]')
),
calls AS (
    SELECT w.place, n.person
    FROM words AS w
    JOIN names AS n ON n.called = w.word
    UNION
    SELECT m.place, k.person
    FROM (SELECT s.place, u.member_id FROM spoken AS s CROSS JOIN UNNEST(s.mentions) AS u(member_id)) AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    JOIN speakers AS k ON k.person_id = a.person_id
),
calling AS (
    SELECT DISTINCT place FROM calls
),
sizes AS (
    SELECT
        s.room,
        count(*) AS messages,
        CASE WHEN count(c.place) * 10 >= count(*) THEN 1 ELSE 0 END AS named
    FROM spoken AS s
    LEFT JOIN calling AS c ON c.place = s.place
    GROUP BY s.room
),
rare AS (
    -- Words that at most 3 % of the group's messages use.
    SELECT w.room, w.word
    FROM words AS w
    JOIN sizes AS n ON n.room = w.room
    WHERE length(w.word) >= 4
    GROUP BY w.room, w.word, n.messages
    HAVING count(*) > 1 AND count(*) * 100 <= n.messages * 3
),
used AS (
    SELECT w.room, w.word, w.place, CAST(floor(w.place / 20.0) AS BIGINT) AS twenty
    FROM words AS w
    JOIN rare AS r ON r.room = w.room AND r.word = w.word
),
used_before AS (
    SELECT room, word, place, twenty FROM used
    UNION ALL
    SELECT room, word, place, twenty + 1 FROM used
),
near AS (
    SELECT room, person, place, twenty FROM in_order
    UNION ALL
    SELECT room, person, place, twenty + 1 FROM in_order
),
called AS (
    SELECT m.room, c.person, m.person AS by_person, m.place, m.twenty
    FROM calls AS c
    JOIN in_order AS m ON m.place = c.place
),
called_before AS (
    SELECT room, person, by_person, place, twenty FROM called
    UNION ALL
    SELECT room, person, by_person, place, twenty + 1 FROM called
),
-- What few pairs have: a word in common, one calls the author of the other by name.
marks AS (
    SELECT place, place_before, max(calls) AS calls, max(called) AS called, least(CAST(sum(words) AS INTEGER), 3) AS shared
    FROM (
        SELECT a.place, b.place AS place_before, 0 AS calls, 0 AS called, 1 AS words
        FROM used AS a
        JOIN used_before AS b ON b.room = a.room AND b.word = a.word AND b.twenty = a.twenty
        WHERE b.place < a.place AND b.place >= a.place - 15
        UNION ALL
        SELECT a.place, b.place, 1, 0, 0
        FROM called AS a
        JOIN near AS b ON b.room = a.room AND b.person = a.person AND b.twenty = a.twenty
        WHERE b.place < a.place AND b.place >= a.place - 15
        UNION ALL
        SELECT a.place, b.place, 0, 1, 0
        FROM in_order AS a
        JOIN called_before AS b ON b.room = a.room AND b.person = a.person AND b.twenty = a.twenty
        WHERE b.place < a.place AND b.place >= a.place - 15
    ) AS m
    GROUP BY place, place_before
),
-- Who has not spoken among the 20 messages before and within the hour. In a slow chat that is nearly everybody: there
-- only who asks when nobody has spoken for an hour.
newcomers_to_talk AS (
    SELECT place
    FROM in_order
    WHERE
        (own_before IS NULL OR own_before < place - 20 OR own_before_at < occurred_at - INTERVAL 1 HOUR)
        AND (is_slow = 0 OR (asks = 1 AND before_at <= occurred_at - INTERVAL 1 HOUR))
),
ready AS (
    SELECT
        m.*,
        s.named,
        CASE WHEN c.place IS NOT NULL THEN 1 ELSE 0 END AS calls_any,
        CASE WHEN n.place IS NOT NULL THEN 1 ELSE 0 END AS newcomer
    FROM in_order AS m
    JOIN sizes AS s ON s.room = m.room
    LEFT JOIN calling AS c ON c.place = m.place
    LEFT JOIN newcomers_to_talk AS n ON n.place = m.place
),
steps AS (
    SELECT d, ln(d) AS far
    FROM (
        VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15)
    ) AS v(d)
),
candidates AS (
    SELECT
        m.place,
        v.d,
        v.far,
        m.named,
        CASE WHEN c.person = m.person THEN 1 ELSE 0 END AS is_own,
        m.asks,
        m.greets,
        m.points,
        m.takes_up,
        c.asks AS asked,
        CASE WHEN c.own_next IS NULL OR c.own_next >= m.place THEN 1 ELSE 0 END AS is_last,
        CASE WHEN m.own_before > c.place THEN 1 ELSE 0 END AS is_seen,
        coalesce(x.calls, 0) AS calls,
        coalesce(x.called, 0) AS called,
        m.calls_any,
        c.calls_any AS called_any,
        coalesce(x.shared, 0) AS shared,
        m.newcomer,
        -- How much longer ago than the last message by another: a ratio, so that the pace of the chat does not matter.
        CASE
            WHEN c.occurred_at < m.other_at
                THEN
                    ln(
                        (60 + extract(epoch FROM (m.occurred_at - c.occurred_at)))
                        / (60 + extract(epoch FROM (m.occurred_at - m.other_at)))
                    )
            ELSE 0
        END AS later
    FROM ready AS m
    CROSS JOIN steps AS v
    JOIN ready AS c ON c.place = m.place - v.d AND c.room = m.room
    LEFT JOIN marks AS x ON x.place = m.place AND x.place_before = c.place
    WHERE
        m.occurred_at >= $month_start_at
        AND c.occurred_at >= m.occurred_at - INTERVAL 7 DAY
        AND (c.person <> m.person OR c.occurred_at >= m.occurred_at - INTERVAL 3 MINUTE)
),
scored AS (
    SELECT
        c.place,
        c.d,
        CASE
            WHEN c.is_own = 1
                THEN
                    k.own
                    + k.own_far * c.far
                    + k.own_adjacent * CASE WHEN c.d = 1 THEN 1 ELSE 0 END
                    + k.own_last * c.is_last
                    + n.own_calls * c.calls_any
                    + n.own_both_call * c.calls_any * c.called_any
                    + k.own_shared * c.shared
            ELSE
                k.other
                + k.far * c.far
                + k.later * c.later
                + k.asked * c.asked
                + n.calls * c.calls
                + n.called * c.called
                + n.called_last * c.called * c.is_last
                + k.seen * c.is_seen
                + n.calls_else * c.calls_any * (1 - c.calls)
                + n.called_else * c.called_any * (1 - c.called)
                + k.shared * c.shared
        END AS score
    FROM candidates AS c
    JOIN weights AS k ON k.named = c.named
    CROSS JOIN others_weights AS n
),
best AS (
    -- The highest score to six decimals, of equal ones the nearest message, as one whole number.
    SELECT
        place,
        sum(exp(score)) AS others,
        max(CAST(round((score + 1000) * 1000000) AS BIGINT) * 100 + 99 - d) AS score_and_nearness
    FROM scored
    GROUP BY place
),
weighed AS (
    SELECT
        m.event_id,
        m.place,
        m.person,
        m.place - (99 - b.score_and_nearness % 100) AS place_before,
        CAST(floor(b.score_and_nearness / 100) AS DOUBLE) / 1000000 - 1000 AS score,
        coalesce(b.others, 0) AS others,
        k.none_asks * m.asks
        + i.none_calls * m.calls_any
        + k.none_newcomer * m.newcomer
        + k.none_greets * m.greets
        + k.none_points * m.points
        + k.none_takes_up * m.takes_up
        + i.none_slow * m.is_slow AS none
    FROM ready AS m
    JOIN weights AS k ON k.named = m.named
    CROSS JOIN others_weights AS i
    LEFT JOIN best AS b ON b.place = m.place
    WHERE m.occurred_at >= $month_start_at
),
chosen AS (
    SELECT
        w.event_id,
        w.place,
        c.event_id AS reply_to,
        CASE WHEN c.person = w.person THEN c.place END AS own_place,
        exp(greatest(w.none, coalesce(w.score, w.none))) / (w.others + exp(w.none)) AS probability
    FROM weighed AS w
    LEFT JOIN in_order AS c ON c.place = w.place_before AND w.score > w.none
),
-- The beginning of a turn: one, two, four and eight messages back along one's own.
one AS (
    SELECT a.place, coalesce(b.place, a.place) AS turn
    FROM chosen AS a
    LEFT JOIN chosen AS b ON b.place = a.own_place
),
two AS (
    SELECT a.place, b.turn FROM one AS a JOIN one AS b ON b.place = a.turn
),
four AS (
    SELECT a.place, b.turn FROM two AS a JOIN two AS b ON b.place = a.turn
),
eight AS (
    SELECT a.place, b.turn FROM four AS a JOIN four AS b ON b.place = a.turn
)
SELECT
    c.event_id,
    c.reply_to,
    c.probability,
    f.event_id AS turn_id,
    s.platform,
    s.person_id,
    s.occurred_at,
    a.person_id AS answered_person_id
FROM chosen AS c
JOIN eight AS t ON t.place = c.place
JOIN in_order AS f ON f.place = t.turn
JOIN said AS s ON s.event_id = c.event_id
LEFT JOIN said AS a ON a.event_id = c.reply_to
ORDER BY c.event_id
