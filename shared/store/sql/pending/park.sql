-- store::pending::park
UPDATE analytic.pending SET parked_at = now(), parked_reason = reasons.reason
FROM unnest($2::bigint[], $3::text[]) AS reasons (interaction_id, reason)
WHERE pending.sink = $1 AND pending.interaction_id = reasons.interaction_id AND pending.parked_at IS NULL
RETURNING pending.interaction_id
