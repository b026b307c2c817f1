-- store::learning::prune_visits
WITH over AS MATERIALIZED (
    -- a bounded number at a time; as learners lock: what was bought first, then by visitor
    SELECT ctid FROM analytic.visit WHERE last_at < now() - make_interval(days => $1)
    ORDER BY kind, visitor LIMIT $2 FOR UPDATE
)
DELETE FROM analytic.visit WHERE ctid = ANY (ARRAY(SELECT ctid FROM over))
RETURNING 1
