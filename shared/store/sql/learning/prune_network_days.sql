-- store::learning::prune_network_days
WITH over AS MATERIALIZED (
    -- a bounded number at a time; no event arrives so late (store::actor_day), and what one who learns has locked is left
    SELECT ctid FROM analytic.network_day WHERE day < (now() AT TIME ZONE 'UTC')::date - 9
    LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM analytic.network_day WHERE ctid = ANY (ARRAY(SELECT ctid FROM over))
RETURNING 1
