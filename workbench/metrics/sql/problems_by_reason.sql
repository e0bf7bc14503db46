-- Records that could not be read, by reason, the most frequent first, with one place to look at.
SELECT why AS reason, count(*) AS records, min(file) AS example_file, min(place) AS example_place
FROM problems
GROUP BY why
ORDER BY records DESC, reason
