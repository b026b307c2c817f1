-- store::pending_alert::remove
WITH locked AS MATERIALIZED (
    -- in id order, as in lease
    SELECT finding_id FROM analytic.pending_alert WHERE finding_id = ANY($1::uuid[]) ORDER BY finding_id FOR UPDATE
)
DELETE FROM analytic.pending_alert WHERE finding_id = ANY(ARRAY(SELECT finding_id FROM locked))
