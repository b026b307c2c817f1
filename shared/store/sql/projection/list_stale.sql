-- store::projection::list_stale
SELECT subject, subject_id FROM analytic.stale_projection ORDER BY subject, subject_id LIMIT $1
