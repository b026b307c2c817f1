-- store::projection::list_stale
SELECT subject, subject_id FROM analytic.stale_projection
WHERE refused_at IS NULL OR refused_at < now() - interval '1 hour'
ORDER BY subject, subject_id LIMIT $1
