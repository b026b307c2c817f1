-- store::recommendation_count::prune_clicks
WITH over AS MATERIALIZED (
    -- a bounded number at a time; what a learner or an erasure holds is left to the next run
    SELECT ctid FROM analytic.recommendation_click WHERE clicked_at < now() - make_interval(days => $1)
    LIMIT $2 FOR UPDATE SKIP LOCKED
)
DELETE FROM analytic.recommendation_click WHERE ctid = ANY (ARRAY(SELECT ctid FROM over))
RETURNING 1
