-- store::finding::list_newest
SELECT id, rule, subject, window_name, evidence::text AS evidence, historical, date_created, date_updated
FROM analytic.finding
WHERE (date_created, id) < ($1, $2)
ORDER BY date_created DESC, id DESC LIMIT $3
