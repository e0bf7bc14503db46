-- Per platform the first local day of a reply and of a reaction: from when on its exports link answers to what they
-- answer, and hold reactions at all.
SELECT
    split_part(member_id, ':', 1) AS platform,
    min(CASE WHEN replies > 0 THEN day END) AS first_day,
    min(CASE WHEN reactions > 0 THEN day END) AS first_reaction_on
FROM account_day
WHERE member_id IS NOT NULL AND (replies > 0 OR reactions > 0)
GROUP BY split_part(member_id, ':', 1)
