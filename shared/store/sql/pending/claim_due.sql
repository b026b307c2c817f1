-- store::pending::claim_due
WITH due AS (
    -- rows that a consumer is working on are locked: they are skipped, not waited for
    SELECT sink, interaction_id FROM analytic.pending
    WHERE parked_at IS NULL AND next_hint_at <= now()
    ORDER BY next_hint_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
-- each hint doubles the delay until the next, so that a backlog is not multiplied by repeated hints
UPDATE analytic.pending
SET hints = hints + 1,
    next_hint_at = now() + make_interval(secs => least($2::float8, 60 * power(2, least(hints, 30))))
FROM due WHERE pending.sink = due.sink AND pending.interaction_id = due.interaction_id
RETURNING pending.sink, pending.interaction_id
