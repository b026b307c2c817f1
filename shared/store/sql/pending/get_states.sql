-- store::pending::get_states
SELECT interaction_id, parked_reason, extract(epoch FROM now() - coalesce(parked_at, date_created))::float8 AS age_seconds
FROM analytic.pending WHERE sink = $1 AND interaction_id = ANY($2)
