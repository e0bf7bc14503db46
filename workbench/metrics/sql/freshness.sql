-- Pinned and key resources that were there by the end of the month, with the days since their last change. A change after
-- the month hides the one before it: then the age is unknown.
SELECT
    r.resource_id,
    coalesce(r.title, r.url, r.resource_id) AS title,
    r.url,
    r.group_id,
    g.name AS group_name,
    coalesce(r.pinned, false) AS pinned,
    r.views,
    CASE WHEN r.edited_at >= $month_end_at THEN NULL ELSE CAST(coalesce(r.edited_at, r.created_at) + o.shift AS DATE) END
        AS changed_on,
    CASE
        WHEN r.edited_at >= $month_end_at THEN NULL
        ELSE $month_end - 1 - CAST(coalesce(r.edited_at, r.created_at) + o.shift AS DATE)
    END AS age_days,
    CASE
        WHEN r.edited_at >= $month_end_at THEN 'why.resource_changed_later'
        WHEN coalesce(r.edited_at, r.created_at) IS NULL THEN 'why.resource_undated'
    END AS why
FROM resources AS r
LEFT JOIN groups AS g ON g.group_id = r.group_id
LEFT JOIN utc_offsets AS o
    ON coalesce(r.edited_at, r.created_at) >= o.from_at AND coalesce(r.edited_at, r.created_at) < o.to_at
WHERE r.created_at IS NULL OR r.created_at < $month_end_at
ORDER BY CASE WHEN r.edited_at >= $month_end_at THEN NULL ELSE coalesce(r.edited_at, r.created_at) END NULLS LAST,
    title, r.resource_id
