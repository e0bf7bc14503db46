-- The posts of the month with their impressions beside the median of the same network's posts of the 90 local days before
-- the month (null under 5 of them), the farthest above the usual first.
WITH posts AS (
    SELECT
        s.post_id,
        s.network,
        s.post_type,
        s.posted_at,
        s.impressions,
        CASE
            WHEN coalesce(s.reactions, s.comments, s.shares) IS NOT NULL
                THEN coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0)
        END AS engagements,
        s.text
    FROM social_posts AS s
    WHERE s.posted_at >= $usual_start_at AND s.posted_at < $month_end_at
),
usual AS (
    SELECT network, percentile_cont(0.5) WITHIN GROUP (ORDER BY impressions) AS impressions
    FROM posts
    WHERE posted_at < $month_start_at AND impressions IS NOT NULL
    GROUP BY network
    HAVING count(impressions) >= 5
)
SELECT
    p.post_id,
    p.network,
    p.post_type,
    p.posted_at + o.shift AS posted_at_local,
    p.impressions,
    p.engagements,
    CASE WHEN p.impressions > 0 THEN CAST(p.engagements AS DOUBLE) / p.impressions END AS engagement_rate,
    u.impressions AS usual_impressions,
    CASE WHEN u.impressions > 0 THEN p.impressions / u.impressions END AS times_usual,
    substring(p.text, 1, 160) AS text
FROM posts AS p
JOIN utc_offsets AS o ON p.posted_at >= o.from_at AND p.posted_at < o.to_at
LEFT JOIN usual AS u ON u.network = p.network
WHERE p.posted_at >= $month_start_at
ORDER BY
    CASE WHEN u.impressions > 0 THEN p.impressions / u.impressions END DESC NULLS LAST,
    p.impressions DESC NULLS LAST,
    p.network,
    p.post_id
