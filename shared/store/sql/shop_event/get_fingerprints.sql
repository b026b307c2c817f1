-- store::shop_event::get_fingerprints
-- a user is the subject of its events, and has another key once it was erased
SELECT id, fingerprint, event_type, subject, nullif(subject, 'user') IS NOT NULL AS has_id, subject_id, service, occurred_at
FROM analytic.shop_event WHERE id = ANY($1)
