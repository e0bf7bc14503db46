-- Posts on social networks since $posts_start_at: engagements (reactions, comments, shares) per impression, together, by
-- network, by type and by local hour. Only posts of which impressions and at least one of the three are known count in the
-- rate; n counts them.
WITH posts AS (
    SELECT
        s.network,
        s.post_type,
        CAST(extract(hour FROM s.posted_at + o.shift) AS INTEGER) AS hour,
        s.clicks,
        CASE WHEN s.impressions > 0 AND coalesce(s.reactions, s.comments, s.shares) IS NOT NULL THEN s.impressions END
            AS impressions,
        coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0) AS engagements
    FROM social_posts AS s
    JOIN utc_offsets AS o ON s.posted_at >= o.from_at AND s.posted_at < o.to_at
    WHERE s.posted_at >= $posts_start_at AND s.posted_at < $month_end_at
),
cut AS (
    SELECT 1 AS place, 'all' AS cut_by, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS INTEGER) AS hour, p.impressions,
        p.engagements, p.clicks
    FROM posts AS p
    UNION ALL
    SELECT 2, 'network', network, NULL, impressions, engagements, clicks FROM posts
    UNION ALL
    SELECT 3, 'type', post_type, NULL, impressions, engagements, clicks FROM posts
    UNION ALL
    SELECT 4, 'hour', NULL, hour, impressions, engagements, clicks FROM posts
),
rates AS (
    SELECT *, CAST(engagements AS DOUBLE) / impressions AS rate FROM cut
)
SELECT
    cut_by,
    part,
    hour,
    count(*) AS posts,
    count(impressions) AS n,
    CAST(sum(CASE WHEN impressions IS NOT NULL THEN engagements END) AS BIGINT) AS numerator,
    CAST(sum(impressions) AS BIGINT) AS denominator,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median_rate,
    CAST(sum(clicks) AS BIGINT) AS clicks,
    CASE WHEN count(impressions) = 0 THEN 'why.social_no_impressions' END AS why
FROM rates
GROUP BY place, cut_by, part, hour
ORDER BY place, part NULLS LAST, hour NULLS LAST
