-- store::learning::prune_visits
WITH over AS MATERIALIZED (
    -- a bounded number at a time; by visitor, as learners lock
    SELECT ctid FROM analytic.visit WHERE last_at < now() - make_interval(days => $1)
    ORDER BY visitor LIMIT $2 FOR UPDATE
)
DELETE FROM analytic.visit WHERE ctid = ANY (ARRAY(SELECT ctid FROM over))
RETURNING 1
