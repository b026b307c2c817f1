-- store::anonymize::hint_alerts
-- hints in flight name an id that no longer exists
UPDATE analytic.pending_alert SET next_hint_at = now() WHERE finding_id = ANY($1) AND parked_at IS NULL
