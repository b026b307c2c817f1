-- store::pending::park
-- by the array of ids and not by a join, for the same reason as in store::popularity::apply
UPDATE analytic.pending SET parked_at = now(), parked_reason = ($3::text[])[array_position($2::bigint[], interaction_id)]
WHERE sink = $1 AND interaction_id = ANY($2) AND parked_at IS NULL
RETURNING interaction_id
