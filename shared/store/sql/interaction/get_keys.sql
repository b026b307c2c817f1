-- store::interaction::get_keys
SELECT event_id, fingerprint, interaction_id FROM analytic.interaction_key WHERE event_id = ANY($1)
