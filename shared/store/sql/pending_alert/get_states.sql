-- store::pending_alert::get_states
SELECT finding_id, parked_reason, extract(epoch FROM now() - coalesce(parked_at, date_created))::float8 AS age_seconds
FROM analytic.pending_alert WHERE finding_id = ANY($1)
