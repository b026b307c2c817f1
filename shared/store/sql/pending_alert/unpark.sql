-- store::pending_alert::unpark
WITH parked AS (
    SELECT finding_id FROM analytic.pending_alert WHERE parked_at IS NOT NULL
    ORDER BY finding_id LIMIT $1 FOR UPDATE
)
-- the backoff starts anew; resend-pending hints within a minute
UPDATE analytic.pending_alert SET parked_at = NULL, parked_reason = NULL, hints = 1, next_hint_at = now()
FROM parked WHERE pending_alert.finding_id = parked.finding_id
RETURNING pending_alert.finding_id
