-- store::learning::prune_related
WITH state AS (
    SELECT power(2, extract(epoch FROM now() - epoch)::float8 / 86400 / half_life_days) AS present FROM analytic.learning_state
), faded AS MATERIALIZED (
    SELECT related.ctid FROM analytic.related_product AS related JOIN analytic.learned_product USING (product_no) CROSS JOIN state
    WHERE CASE kind WHEN 'bought' THEN bought_weight ELSE viewed_weight END < 0.001 * present
    -- as learners lock: what was viewed together first
    ORDER BY kind DESC, product_no LIMIT $1 FOR UPDATE OF related
)
DELETE FROM analytic.related_product WHERE ctid = ANY (ARRAY(SELECT ctid FROM faded))
RETURNING 1
