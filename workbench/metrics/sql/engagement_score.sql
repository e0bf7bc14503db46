-- Engagement score, 0 to 100, of every member at the end of the month who contributed in the 12 weeks (84 local days)
-- before it: 100 · f · (.50 active weeks/12 + .05 volume + .10 threads + .20 people helped + .15 people who responded).
-- The last four: ln(1 + x) ÷ ln(1 + 99th percentile), at most 1. People count by their trust, from 1/6 for a newcomer
-- to 1 after five active weeks in the 12 weeks before. f is under 1, down to .4, for those who wrote 20 times or more
-- and had less than a quarter of the responses that are usual for those who write so much.
WITH active AS (
    SELECT
        d.person_id,
        count(DISTINCT CAST(floor((t.month_end - d.day - 1) / 7.0) AS INTEGER)) AS active_weeks,
        count(DISTINCT CASE WHEN d.day >= t.month_start THEN date_trunc('week', d.day) END) AS weeks_in_month,
        CAST(sum(d.contributions) AS BIGINT) AS contributions,
        CAST(sum(least(d.contributions, 10)) AS BIGINT) AS volume -- at most 10 a day: a flood is no engagement
    FROM active_days AS d
    CROSS JOIN period AS t
    WHERE d.day >= $score_start AND d.contributions > 0
    GROUP BY d.person_id
),
covered AS (
    SELECT
        count(DISTINCT CASE WHEN c.day >= $score_start THEN CAST(floor(($month_end - c.day - 1) / 7.0) AS INTEGER) END)
            AS covered_weeks,
        least(
            6,
            1 + count(
                DISTINCT
                CASE WHEN c.day < $score_start THEN CAST(floor(($score_start - c.day - 1) / 7.0) AS INTEGER) END
            )
        ) AS full_trust
    FROM covered_days AS c
    WHERE c.day >= $trust_start AND c.day < $month_end
),
trusted AS (
    SELECT
        d.person_id,
        least(6, 1 + count(DISTINCT CAST(floor(($score_start - d.day - 1) / 7.0) AS INTEGER))) AS trust
    FROM active_days AS d
    WHERE d.day >= $trust_start AND d.day < $score_start AND d.contributions > 0
    GROUP BY d.person_id
),
acts AS (
    SELECT
        e.person_id,
        e.kind <> 'reaction' AS wrote,
        coalesce(e.thread_id, e.event_id) AS thread_id,
        nullif(coalesce(e.reply_to, e.thread_id), e.event_id) AS answered_id,
        e.target_member_id
    FROM people_events AS e
    WHERE
        e.is_eligible
        AND e.occurred_at >= $score_start_at
        AND e.kind IN ('post', 'reply', 'poll_vote', 'reaction')
),
threads AS (
    SELECT person_id, count(DISTINCT thread_id) AS threads
    FROM acts
    WHERE wrote
    GROUP BY person_id
),
addressed AS (
    SELECT s.person_id, a.person_id AS other_id, s.wrote
    FROM acts AS s
    JOIN accounts AS a ON a.member_id = s.target_member_id
    UNION ALL
    -- Where the export does not name whom they answered: the author of that message, else of the thread.
    SELECT s.person_id, a.person_id, s.wrote
    FROM acts AS s
    JOIN events AS o ON o.event_id = s.answered_id
    JOIN accounts AS a ON a.member_id = o.member_id
    WHERE s.target_member_id IS NULL AND o.occurred_at < $month_end_at
),
pairs AS (
    SELECT person_id, other_id, bool_or(wrote) AS wrote
    FROM addressed
    WHERE person_id <> other_id
    GROUP BY person_id, other_id
),
helped AS (
    SELECT p.person_id, count(*) AS people, CAST(sum(coalesce(o.trust, 1)) AS BIGINT) AS trust
    FROM pairs AS p
    JOIN eligible AS e ON e.person_id = p.other_id
    LEFT JOIN trusted AS o ON o.person_id = p.other_id
    WHERE p.wrote
    GROUP BY p.person_id
),
responded AS (
    SELECT p.other_id AS person_id, count(*) AS people, CAST(sum(coalesce(o.trust, 1)) AS BIGINT) AS trust
    FROM pairs AS p
    LEFT JOIN trusted AS o ON o.person_id = p.person_id
    GROUP BY p.other_id
),
counted AS (
    SELECT
        a.person_id,
        a.active_weeks,
        a.weeks_in_month,
        a.contributions,
        coalesce(t.threads, 0) AS threads,
        coalesce(h.people, 0) AS people_helped,
        coalesce(r.people, 0) AS people_responded,
        c.covered_weeks,
        ln(1 + a.volume) AS volume,
        ln(1 + coalesce(t.threads, 0)) AS breadth,
        ln(1 + coalesce(h.trust, 0) / CAST(c.full_trust AS DOUBLE)) AS help,
        ln(1 + coalesce(r.trust, 0) / CAST(c.full_trust AS DOUBLE)) AS response,
        coalesce(r.trust, 0) / CAST(c.full_trust AS DOUBLE) AS responders
    FROM active AS a
    JOIN month_members AS m ON m.person_id = a.person_id AND m.at_closing
    CROSS JOIN covered AS c
    LEFT JOIN threads AS t ON t.person_id = a.person_id
    LEFT JOIN helped AS h ON h.person_id = a.person_id
    LEFT JOIN responded AS r ON r.person_id = a.person_id
    WHERE a.person_id NOT IN (
        SELECT person_id FROM bans WHERE banned_on < $month_end AND (lifted_on IS NULL OR lifted_on >= $month_end)
    )
),
highest AS (
    SELECT
        percentile_cont(0.99) WITHIN GROUP (ORDER BY volume) AS volume,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY breadth) AS breadth,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY help) AS help,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY response) AS response,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN contributions >= 20 THEN responders END) AS usual_responders
    FROM counted
),
points AS (
    SELECT
        c.*,
        50 * c.active_weeks / 12.0 AS points_weeks,
        5 * least(1, coalesce(c.volume / nullif(h.volume, 0), 0)) AS points_volume,
        10 * least(1, coalesce(c.breadth / nullif(h.breadth, 0), 0)) AS points_threads,
        20 * least(1, coalesce(c.help / nullif(h.help, 0), 0)) AS points_helped,
        15 * least(1, coalesce(c.response / nullif(h.response, 0), 0)) AS points_responded,
        CASE
            WHEN c.contributions < 20 OR coalesce(h.usual_responders, 0) = 0 THEN 1.0
            ELSE 0.4 + 0.6 * least(1, 4 * c.responders / h.usual_responders)
        END AS response_factor
    FROM counted AS c
    CROSS JOIN highest AS h
),
scored AS (
    SELECT
        p.*,
        p.response_factor
        * (p.points_weeks + p.points_volume + p.points_threads + p.points_helped + p.points_responded) AS score
    FROM points AS p
)
SELECT
    s.person_id AS member_id,
    row_number() OVER (ORDER BY s.score DESC, s.person_id) AS rank,
    n.display_name,
    s.score,
    s.active_weeks,
    s.contributions,
    s.threads,
    s.people_helped,
    s.people_responded,
    s.response_factor,
    s.points_weeks,
    s.points_volume,
    s.points_threads,
    s.points_helped,
    s.points_responded,
    s.weeks_in_month,
    s.covered_weeks
FROM scored AS s
JOIN people AS n ON n.person_id = s.person_id
ORDER BY rank
