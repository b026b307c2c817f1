-- store::verification::compare_popularity
WITH product AS MATERIALIZED (
    SELECT id,
           -- no row: null, which differs from every recount
           CASE WHEN stored.date_updated IS NOT NULL THEN ARRAY[
               stored.score_micros, stored.view_count, stored.purchase_count, stored.favorite_count, stored.cart_count, stored.review_count
           ] END AS stored,
           -- no event in the log: zeros, which a stored row may hold
           ARRAY[
               coalesce(recount.score_micros, 0), coalesce(recount.view_count, 0), coalesce(recount.purchase_count, 0),
               coalesce(recount.favorite_count, 0), coalesce(recount.cart_count, 0), coalesce(recount.review_count, 0)
           ] AS recounted
    FROM analytic.product_popularity AS stored FULL JOIN analytic.popularity_recount AS recount USING (id)
), led AS (
    SELECT reference, product_id FROM analytic.product_reference WHERE product_id IS NOT NULL
), sku AS MATERIALIZED (
    -- a SKU that leads elsewhere than the log says is a difference whatever was scored
    SELECT 'SKU ' || reference AS id, NULL::bigint[] AS stored,
           ARRAY[
               coalesce(recount.score_micros, 0), coalesce(recount.view_count, 0), coalesce(recount.purchase_count, 0),
               coalesce(recount.favorite_count, 0), coalesce(recount.cart_count, 0), coalesce(recount.review_count, 0)
           ] AS recounted
    FROM led FULL JOIN analytic.mapping_recount AS mapped USING (reference)
    LEFT JOIN analytic.reference_recount AS recount USING (reference)
    WHERE led.product_id IS DISTINCT FROM mapped.product_id
), different AS (
    SELECT * FROM product WHERE stored IS DISTINCT FROM recounted
    UNION ALL
    SELECT * FROM sku
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM product) AS products, (SELECT count(*) FROM different) AS differences,
       example.id, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM different ORDER BY id LIMIT $1) AS example ON true
ORDER BY example.id
