-- store::verification::compare_popularity
WITH compared AS MATERIALIZED (
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
), different AS (
    SELECT * FROM compared WHERE stored IS DISTINCT FROM recounted
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS products, (SELECT count(*) FROM different) AS differences,
       example.id, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM different ORDER BY id LIMIT $1) AS example ON true
ORDER BY example.id
