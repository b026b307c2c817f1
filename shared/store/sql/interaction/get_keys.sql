-- store::interaction::get_keys
SELECT event_id, origin, fingerprint, interaction_id
FROM unnest($1::uuid[], $2::uuid[]) AS wanted (event_id, origin) JOIN analytic.interaction_key USING (event_id, origin)
