-- store::key::prune
WITH expired AS (
    -- a bounded number at a time; rows locked by a recording are left for the next run
    SELECT event_id, origin FROM analytic.interaction_key
    WHERE date_created < now() - make_interval(days => $1) LIMIT $2 FOR UPDATE SKIP LOCKED
)
DELETE FROM analytic.interaction_key USING expired
WHERE interaction_key.event_id = expired.event_id AND interaction_key.origin = expired.origin
RETURNING 1
