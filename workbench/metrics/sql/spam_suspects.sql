-- Who looks like a spammer this month, with the reasons: a list for a human to look at. A person is listed when at least
-- two of five reasons hold. All but the burst are about messages that lead away: with a link, an e-mail address or an
-- international phone number. New is who wrote the first message at most 7 days ago, where that first message is at least
-- 28 days younger than the data or followed a dated join within 7 days: at the beginning of the data everybody seems new.
--   first_link           the first message of all leads to a site that only new people have named
--   same_text_groups     the same text in 3 groups or more
--   same_text_accounts   the same text by 2 people or more
--   same_site            a site named by 3 people or more, all of them new
--   burst                5 messages or more in 3 groups or more in the 24 hours after the first one
-- Texts are the same when they lead to the same site and are equal without links, mentions, digits, punctuation and case,
-- with 20 characters left. Sites are looked at since $links_start_at. Deleted messages count where their text is known.
WITH first_days AS (
    SELECT coalesce(s.person_id, t.member_id) AS person_id, min(t.first_message_on) AS first_day
    FROM traces AS t
    LEFT JOIN several_accounts AS s ON s.member_id = t.member_id
    WHERE t.first_message_on < $month_end
    GROUP BY coalesce(s.person_id, t.member_id)
),
joins AS (
    SELECT coalesce(s.person_id, m.member_id) AS person_id, min(m.joined_at) AS joined_at
    FROM members AS m
    LEFT JOIN several_accounts AS s ON s.member_id = m.member_id
    WHERE m.joined_at IS NOT NULL
    GROUP BY coalesce(s.person_id, m.member_id)
),
arrivals AS (
    -- Null: for all that is known, here since before the data begin.
    SELECT
        f.person_id,
        CASE
            WHEN
                f.first_day >= k.first_day + 28
                OR CAST(j.joined_at + o.shift AS DATE) BETWEEN f.first_day - 7 AND f.first_day
                THEN f.first_day
        END AS arrived_on
    FROM first_days AS f
    JOIN people AS p ON p.person_id = f.person_id
    JOIN tells AS k ON k.platform = p.platform
    LEFT JOIN joins AS j ON j.person_id = f.person_id
    LEFT JOIN utc_offsets AS o ON j.joined_at >= o.from_at AND j.joined_at < o.to_at
),
said AS (
    SELECT
        e.event_id,
        e.occurred_at,
        e.group_id,
        r.person_id,
        r.arrived_on,
        CAST(e.occurred_at + o.shift AS DATE) AS day
    FROM events AS e
    LEFT JOIN several_accounts AS s ON s.member_id = e.member_id
    JOIN arrivals AS r ON r.person_id = coalesce(s.person_id, e.member_id)
    JOIN utc_offsets AS o ON e.occurred_at >= o.from_at AND e.occurred_at < o.to_at
    WHERE e.kind IN ('post', 'reply') AND e.occurred_at >= $links_start_at AND e.occurred_at < $month_end_at
),
outward AS (
    SELECT
        s.event_id,
        s.occurred_at,
        s.group_id,
        s.person_id,
        coalesce(s.day <= s.arrived_on + 7, false) AS is_new,
        m.text,
        replace(replace(replace(lower(m.text), 'http://', 'https://'), 'https://www.', 'https://'), 'www.', 'https://')
            AS lowered
    FROM said AS s
    JOIN messages AS m ON m.event_id = s.event_id
    WHERE
        m.occurred_at >= $links_start_at
        AND m.occurred_at < $month_end_at
        AND regexp_matches(lower(m.text), 'https?://|www\.|[a-z0-9_]@[a-z0-9-]+\.[a-z]|\+[0-9][0-9 .-]{7,}[0-9]')
),
compared AS (
    SELECT
        event_id,
        occurred_at,
        group_id,
        person_id,
        is_new,
        text,
        regexp_replace(split_part(lowered, 'https://', 2), '[^a-z0-9.-](.|\n)*$', '') AS site,
        trim(regexp_replace(
            regexp_replace(lowered, 'https://[^ \n\t>|]+|<[@#!][^>]*>|@[a-z0-9_.-]+', ' ', 'g'),
            '[0-9 \n\r\t!-/:-@\[-`{-~]+', ' ', 'g'
        )) AS words
    FROM outward
),
sites AS (
    SELECT site, count(DISTINCT person_id) AS people
    FROM compared
    GROUP BY site
    HAVING bool_and(is_new)
),
texts AS (
    SELECT site, words, count(DISTINCT person_id) AS people
    FROM compared
    WHERE occurred_at >= $month_start_at AND length(words) >= 20
    GROUP BY site, words
),
texts_of_people AS (
    SELECT person_id, max(own_groups) AS own_groups, max(people) AS people
    FROM (
        SELECT c.person_id, c.site, c.words, count(DISTINCT c.group_id) AS own_groups, max(t.people) AS people
        FROM compared AS c
        JOIN texts AS t ON t.site = c.site AND t.words = c.words
        WHERE c.occurred_at >= $month_start_at
        GROUP BY c.person_id, c.site, c.words
    ) AS each_text
    GROUP BY person_id
),
ordered AS (
    SELECT
        person_id,
        event_id,
        occurred_at,
        row_number() OVER (PARTITION BY person_id ORDER BY occurred_at, event_id) AS place
    FROM said
    WHERE day = arrived_on
),
firsts AS (
    SELECT person_id, event_id, occurred_at FROM ordered WHERE place = 1 AND occurred_at >= $month_start_at
),
sites_of_people AS (
    SELECT c.person_id, bool_or(c.event_id = f.event_id) AS is_first, max(s.people) AS people
    FROM compared AS c
    JOIN sites AS s ON s.site = c.site
    LEFT JOIN firsts AS f ON f.person_id = c.person_id
    WHERE c.occurred_at >= $month_start_at
    GROUP BY c.person_id
),
bursts AS (
    SELECT f.person_id, count(*) AS messages, count(DISTINCT s.group_id) AS groups_written
    FROM firsts AS f
    JOIN said AS s ON s.person_id = f.person_id AND s.occurred_at < f.occurred_at + INTERVAL 24 HOUR
    GROUP BY f.person_id
),
of_the_month AS (
    SELECT s.person_id, count(*) AS messages, min(s.occurred_at) AS first_at
    FROM said AS s
    WHERE s.occurred_at >= $month_start_at
    GROUP BY s.person_id
),
examples AS (
    SELECT
        person_id,
        text,
        row_number() OVER (PARTITION BY person_id ORDER BY occurred_at, event_id) AS place,
        count(*) OVER (PARTITION BY person_id) AS leading_away
    FROM compared
    WHERE occurred_at >= $month_start_at
),
acted AS (
    SELECT a.person_id, count(*) AS actions, count(*) FILTER (WHERE m.action = 'ban') AS bans
    FROM moderation AS m
    JOIN accounts AS a ON a.member_id = m.member_id
    WHERE m.acted_at >= $month_start_at AND m.acted_at < $month_end_at AND m.action <> 'unban'
    GROUP BY a.person_id
),
reasons AS (
    SELECT
        o.person_id,
        o.messages,
        o.first_at,
        coalesce(w.is_first, false) AS first_link,
        coalesce(t.own_groups >= 3, false) AS same_text_groups,
        coalesce(t.people >= 2, false) AS same_text_accounts,
        coalesce(w.people >= 3, false) AS same_site,
        coalesce(b.messages >= 5 AND b.groups_written >= 3, false) AS burst
    FROM of_the_month AS o
    JOIN eligible AS e ON e.person_id = o.person_id
    LEFT JOIN sites_of_people AS w ON w.person_id = o.person_id
    LEFT JOIN texts_of_people AS t ON t.person_id = o.person_id
    LEFT JOIN bursts AS b ON b.person_id = o.person_id
),
counted AS (
    SELECT
        *,
        CAST(first_link AS INTEGER) + CAST(same_text_groups AS INTEGER) + CAST(same_text_accounts AS INTEGER)
        + CAST(same_site AS INTEGER) + CAST(burst AS INTEGER) AS n_reasons
    FROM reasons
)
SELECT
    c.person_id AS member_id,
    p.display_name,
    c.n_reasons,
    c.first_link,
    c.same_text_groups,
    c.same_text_accounts,
    c.same_site,
    c.burst,
    c.first_at + o.shift AS first_at_local,
    c.messages,
    coalesce(x.leading_away, 0) AS leading_away,
    coalesce(a.actions, 0) AS moderated,
    coalesce(a.bans, 0) > 0 AS banned,
    substring(x.text, 1, 160) AS text
FROM counted AS c
JOIN people AS p ON p.person_id = c.person_id
JOIN utc_offsets AS o ON c.first_at >= o.from_at AND c.first_at < o.to_at
LEFT JOIN examples AS x ON x.person_id = c.person_id AND x.place = 1
LEFT JOIN acted AS a ON a.person_id = c.person_id
WHERE c.n_reasons >= 2
ORDER BY c.n_reasons DESC, c.person_id
