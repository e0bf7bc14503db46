-- The people who contributed most in the month, each with the share of all contributions up to and including theirs.
WITH ranked AS (
    SELECT
        person_id,
        contributions,
        row_number() OVER (ORDER BY contributions DESC, person_id) AS rank,
        CAST(contributions AS DOUBLE) / sum(contributions) OVER () AS share,
        CAST(sum(contributions) OVER (ORDER BY contributions DESC, person_id ROWS UNBOUNDED PRECEDING) AS DOUBLE)
        / sum(contributions) OVER () AS share_so_far
    FROM active_months
    WHERE month = $month_start
)
SELECT r.person_id AS member_id, r.rank, p.display_name, r.contributions, r.share, r.share_so_far
FROM ranked AS r
JOIN people AS p ON p.person_id = r.person_id
WHERE r.rank <= $people
ORDER BY r.rank
