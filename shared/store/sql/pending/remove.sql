-- store::pending::remove
WITH done AS (
    -- in id order, as the consumers lock them
    SELECT interaction_id FROM analytic.pending WHERE sink = $1 AND interaction_id = ANY($2) ORDER BY interaction_id FOR UPDATE
)
DELETE FROM analytic.pending WHERE sink = $1 AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM done)) RETURNING interaction_id
