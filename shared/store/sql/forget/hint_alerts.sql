-- store::forget::hint_alerts
-- hints under way name an id that is gone
UPDATE analytic.pending_alert SET next_hint_at = now() WHERE finding_id = ANY($1) AND parked_at IS NULL
