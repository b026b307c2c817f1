-- store::projection::mark_stale
INSERT INTO analytic.stale_projection (subject, subject_id, date_created)
SELECT subject, subject_id, now() FROM (
    SELECT 'order' AS subject, order_id AS subject_id FROM analytic.order_line WHERE reference = ANY($1)
    UNION
    SELECT subject, opinion_id FROM analytic.opinion WHERE reference = ANY($1)
) AS naming
-- in key order, like other consumers
ORDER BY subject, subject_id
ON CONFLICT (subject, subject_id) DO NOTHING
