-- Highly engaged: the ⌈p · monthly active users⌉ members with the highest engagement score among those active in at
-- least two ISO weeks of the month (begun weeks count); ties at the border included.
-- engagement_score is the answer to that question.
SELECT
    h.member_id,
    row_number() OVER (ORDER BY h.score DESC, h.member_id) AS rank,
    h.display_name,
    h.score,
    h.active_weeks,
    h.contributions,
    h.threads,
    h.people_helped,
    h.people_responded,
    h.response_factor,
    h.points_weeks,
    h.points_volume,
    h.points_threads,
    h.points_helped,
    h.points_responded
FROM (
    SELECT *, rank() OVER (ORDER BY score DESC) AS place
    FROM engagement_score
    WHERE weeks_in_month >= 2
) AS h
WHERE h.place <= (SELECT ceil(CAST($share * count(*) AS DECIMAL(18, 6))) FROM active_months WHERE month = $month_start)
ORDER BY rank
