-- store::verification::get_balance
WITH ingested AS (
    -- what the log says, whether applied or not
    SELECT coalesce(sum(weight_micros), 0)::bigint AS score_micros, count(*) FILTER (WHERE counter = 'view_count') AS view_count,
           count(*) FILTER (WHERE counter = 'purchase_count') AS purchase_count, count(*) FILTER (WHERE counter = 'favorite_count') AS favorite_count,
           count(*) FILTER (WHERE counter = 'cart_count') AS cart_count, count(*) FILTER (WHERE counter = 'review_count') AS review_count
    FROM analytic.interaction JOIN analytic.event_weight USING (event_type) WHERE ref_type = 'Product'
), outstanding AS (
    -- from the columns that the scorer will read, not from the log
    SELECT coalesce(sum(weight_micros), 0)::bigint AS score_micros, count(*) FILTER (WHERE counter = 'view_count') AS view_count,
           count(*) FILTER (WHERE counter = 'purchase_count') AS purchase_count, count(*) FILTER (WHERE counter = 'favorite_count') AS favorite_count,
           count(*) FILTER (WHERE counter = 'cart_count') AS cart_count, count(*) FILTER (WHERE counter = 'review_count') AS review_count
    FROM analytic.pending JOIN analytic.event_weight USING (event_type) WHERE sink = 'popularity' AND product_id IS NOT NULL
), applied AS (
    -- what readers see
    SELECT coalesce(sum(score_micros), 0)::bigint AS score_micros, coalesce(sum(view_count), 0)::bigint AS view_count,
           coalesce(sum(purchase_count), 0)::bigint AS purchase_count, coalesce(sum(favorite_count), 0)::bigint AS favorite_count,
           coalesce(sum(cart_count), 0)::bigint AS cart_count, coalesce(sum(review_count), 0)::bigint AS review_count
    FROM analytic.product_popularity
), uncounted AS (
    -- what was applied and does not count
    SELECT coalesce(sum((capped + excluded) * weight_micros), 0)::bigint AS score_micros,
           coalesce(sum(capped + excluded) FILTER (WHERE counter = 'view_count'), 0)::bigint AS view_count,
           coalesce(sum(capped + excluded) FILTER (WHERE counter = 'purchase_count'), 0)::bigint AS purchase_count,
           coalesce(sum(capped + excluded) FILTER (WHERE counter = 'favorite_count'), 0)::bigint AS favorite_count,
           coalesce(sum(capped + excluded) FILTER (WHERE counter = 'cart_count'), 0)::bigint AS cart_count,
           coalesce(sum(capped + excluded) FILTER (WHERE counter = 'review_count'), 0)::bigint AS review_count
    FROM analytic.activity JOIN analytic.event_weight USING (event_type)
), part AS (
    SELECT 1 AS position, * FROM applied UNION ALL SELECT 2, * FROM uncounted
    UNION ALL SELECT 3, * FROM outstanding UNION ALL SELECT 4, * FROM ingested
)
SELECT ARRAY[score_micros, view_count, purchase_count, favorite_count, cart_count, review_count] AS sums FROM part ORDER BY position
