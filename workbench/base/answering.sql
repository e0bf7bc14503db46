-- Per platform the first local day of a reply and of a reaction: from when on its exports link answers to what they
-- answer, and hold reactions at all.
SELECT a.platform, min(d.first_day) AS first_day, min(d.first_reaction_on) AS first_reaction_on
FROM (
    SELECT
        member_id,
        min(CASE WHEN replies > 0 THEN day END) AS first_day,
        min(CASE WHEN reactions > 0 THEN day END) AS first_reaction_on
    FROM account_day
    WHERE replies > 0 OR reactions > 0
    GROUP BY member_id
) AS d
JOIN accounts AS a ON a.member_id = d.member_id
GROUP BY a.platform
