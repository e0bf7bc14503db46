-- Per platform the first local day of a reply and of a reaction: from when on its exports link answers to what they
-- answer, and hold reactions at all.
SELECT a.platform, min(t.first_reply_on) AS first_day, min(t.first_reaction_on) AS first_reaction_on
FROM traces AS t
JOIN accounts AS a ON a.member_id = t.member_id
WHERE t.first_reply_on IS NOT NULL OR t.first_reaction_on IS NOT NULL
GROUP BY a.platform
