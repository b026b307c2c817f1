-- store::pending::remove
DELETE FROM analytic.pending WHERE sink = $1 AND interaction_id = ANY($2) RETURNING interaction_id
