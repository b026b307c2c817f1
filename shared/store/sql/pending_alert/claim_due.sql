-- store::pending_alert::claim_due
WITH due AS (
    -- rows that a consumer is working on are locked: they are skipped, not waited for
    SELECT finding_id FROM analytic.pending_alert
    WHERE parked_at IS NULL AND next_hint_at <= now()
    ORDER BY next_hint_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
-- each hint doubles the delay until the next, so that an outage is not made worse by repeated hints
UPDATE analytic.pending_alert
SET hints = hints + 1,
    next_hint_at = now() + make_interval(secs => least($2::float8, 60 * power(2, least(hints, 30))))
FROM due WHERE pending_alert.finding_id = due.finding_id
RETURNING pending_alert.finding_id
