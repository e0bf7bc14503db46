-- Openers of the month by who asked (highly engaged members; newcomers of at most 28 days; others) and by the time they
-- waited for a first answer of the team: at each time, how many were answered then and how many had waited that long.
-- With each, for its kind of asker: all openers; those at least 72 hours old; those of them answered within 72 hours.
-- engagement_score is the answer to that question.
WITH engaged AS (
    SELECT h.member_id
    FROM (
        SELECT member_id, rank() OVER (ORDER BY score DESC) AS place FROM engagement_score WHERE weeks_in_month >= 2
    ) AS h
    WHERE
        h.place <= (SELECT ceil(CAST($share * count(*) AS DECIMAL(18, 6))) FROM active_months WHERE month = $month_start)
),
joined AS (
    SELECT person_id, joined_on FROM stays WHERE stay = 1 AND join_kind <> 'opening'
),
first_answers AS (
    SELECT o.event_id, min(k.occurred_at) AS answered_at
    FROM openers AS o
    JOIN reply_links AS k ON k.answered_id = o.turn_id
    WHERE k.occurred_at >= $month_start_at AND k.occurred_at >= o.opened_at AND k.counted_as = 'staff'
    GROUP BY o.event_id
),
asked AS (
    SELECT
        CASE
            WHEN g.member_id IS NOT NULL THEN 'highly_engaged'
            WHEN j.joined_on >= CAST(o.opened_at + u.shift AS DATE) - INTERVAL 28 DAY THEN 'newcomers'
            ELSE 'others'
        END AS askers,
        o.age_hours,
        extract(epoch FROM (f.answered_at - o.opened_at)) / 3600 AS answered_hours
    FROM openers AS o
    JOIN utc_offsets AS u ON o.opened_at >= u.from_at AND o.opened_at < u.to_at
    LEFT JOIN engaged AS g ON g.member_id = o.person_id
    LEFT JOIN joined AS j ON j.person_id = o.person_id
    LEFT JOIN first_answers AS f ON f.event_id = o.event_id
    WHERE o.can_be_answered AND (o.is_question OR NOT $questions_only)
),
times AS (
    SELECT
        askers,
        coalesce(answered_hours, age_hours) AS hours,
        count(answered_hours) AS answered,
        count(*) AS ended,
        count(CASE WHEN age_hours >= 72 THEN 1 END) AS old_enough,
        count(CASE WHEN age_hours >= 72 AND answered_hours <= 72 THEN 1 END) AS in_time
    FROM asked
    GROUP BY askers, coalesce(answered_hours, age_hours)
)
SELECT
    askers,
    hours,
    answered,
    CAST(sum(ended) OVER (PARTITION BY askers ORDER BY hours ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS BIGINT)
        AS waiting,
    CAST(sum(ended) OVER (PARTITION BY askers) AS BIGINT) AS openers,
    CAST(sum(in_time) OVER (PARTITION BY askers) AS BIGINT) AS numerator,
    CAST(sum(old_enough) OVER (PARTITION BY askers) AS BIGINT) AS denominator
FROM times
ORDER BY askers, hours
