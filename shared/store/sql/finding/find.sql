-- store::finding::find
SELECT id, rule, subject, window_name, evidence::text AS evidence, historical, date_created, date_updated
FROM analytic.finding WHERE id = $1
