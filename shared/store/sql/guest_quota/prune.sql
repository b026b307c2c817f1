-- store::guest_quota::prune
WITH expired AS (
    -- a bounded number at a time; networks that are sending right now are skipped
    SELECT network FROM analytic.guest_quota WHERE minute < now() - interval '1 hour' LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM analytic.guest_quota USING expired WHERE guest_quota.network = expired.network
RETURNING 1
