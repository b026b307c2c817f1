-- store::pending::list_parked
SELECT interaction_id, parked_reason, extract(epoch FROM now() - parked_at)::float8 AS age_seconds
FROM analytic.pending WHERE sink = $1 AND interaction_id > $2 AND parked_at IS NOT NULL
ORDER BY interaction_id LIMIT $3
