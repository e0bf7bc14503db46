-- The platforms whose exports link answers to what they answer, each with the first local day of a reply.
SELECT a.platform, min(d.first_day) AS first_day
FROM (SELECT member_id, min(day) AS first_day FROM account_day WHERE replies > 0 GROUP BY member_id) AS d
JOIN accounts AS a ON a.member_id = d.member_id
GROUP BY a.platform
