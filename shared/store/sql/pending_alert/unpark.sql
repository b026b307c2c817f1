-- store::pending_alert::unpark
WITH parked AS (
    -- in id order, as send-alerts locks them
    SELECT finding_id FROM analytic.pending_alert WHERE finding_id = ANY($1) AND parked_at IS NOT NULL
    ORDER BY finding_id FOR UPDATE
)
-- the direct hint has a minute before resend-pending sends another, and the backoff restarts
UPDATE analytic.pending_alert SET parked_at = NULL, parked_reason = NULL, hints = 1, next_hint_at = now() + interval '1 minute'
-- an array for the same reason as in store::popularity::apply
WHERE finding_id = ANY(ARRAY(SELECT finding_id FROM parked))
RETURNING finding_id
