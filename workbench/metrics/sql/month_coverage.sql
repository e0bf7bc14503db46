-- Covered local days of the month; a month not wholly covered is partial.
SELECT
    count(*) FILTER (WHERE covered) AS covered_days,
    count(*) AS days,
    count(*) FILTER (WHERE covered) < count(*) AS partial
FROM calendar
