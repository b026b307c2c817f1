-- store::pending::park
WITH waiting AS (
    -- in id order, as the consumers lock them
    SELECT interaction_id FROM analytic.pending
    WHERE sink = $1 AND interaction_id = ANY($2) AND parked_at IS NULL
    ORDER BY interaction_id FOR UPDATE
)
-- by arrays of ids and not by a join, for the same reason as in store::popularity::apply
UPDATE analytic.pending SET parked_at = now(), parked_reason = ($3::text[])[array_position($2::bigint[], interaction_id)]
WHERE sink = $1 AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM waiting))
RETURNING interaction_id
