-- store::pending_alert::list_parked
SELECT finding_id, parked_reason, extract(epoch FROM now() - parked_at)::float8 AS age_seconds
FROM analytic.pending_alert WHERE finding_id > $1 AND parked_at IS NOT NULL
ORDER BY finding_id LIMIT $2
