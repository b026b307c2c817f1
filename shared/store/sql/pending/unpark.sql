-- store::pending::unpark
WITH parked AS (
    -- in id order, as the consumers lock them
    SELECT interaction_id FROM analytic.pending
    WHERE sink = $1 AND interaction_id = ANY($2) AND parked_at IS NOT NULL
    ORDER BY interaction_id FOR UPDATE
)
-- the direct hint has a minute before resend-pending sends another, and the backoff restarts
UPDATE analytic.pending SET parked_at = NULL, parked_reason = NULL, hints = 1, next_hint_at = now() + interval '1 minute'
-- an array for the same reason as in store::popularity::apply
WHERE sink = $1 AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM parked))
RETURNING interaction_id
