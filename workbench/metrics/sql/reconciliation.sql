-- Members at the beginning + new + rejoined - leavers - undated departures = members at the end. Leaves that are known
-- of some platforms only are counted here, though `leavers` as such is then unknown; leaves that are not known are 0.
WITH flows AS (
    SELECT
        count(*) FILTER (WHERE s.stay = 1 AND s.join_kind <> 'opening' AND s.joined_on >= t.month_start) AS new_members,
        count(*) FILTER (WHERE s.stay > 1 AND s.join_kind <> 'opening' AND s.joined_on >= t.month_start) AS rejoined,
        count(*) FILTER (WHERE s.end_kind = 'dated' AND s.left_on >= t.month_start) AS leavers,
        count(*) FILTER (WHERE s.end_kind = 'undated' AND s.left_on >= t.month_start) AS undated_departures
    FROM stays AS s
    CROSS JOIN period AS t
),
stocks AS (
    SELECT
        count(*) FILTER (WHERE at_opening) AS members_opening,
        count(*) FILTER (WHERE at_closing) AS members_closing
    FROM month_members
)
SELECT
    s.members_opening,
    f.new_members,
    f.rejoined,
    f.leavers,
    f.undated_departures,
    s.members_closing,
    s.members_opening + f.new_members + f.rejoined - f.leavers - f.undated_departures - s.members_closing AS residual
FROM stocks AS s
CROSS JOIN flows AS f
WHERE EXISTS (SELECT 1 FROM calendar WHERE covered)
