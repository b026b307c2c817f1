-- store::weight::replace_scores
WITH recounted AS (
    SELECT coalesce(known.product_id, reference) AS id, sum(score_micros)::bigint AS score_micros, sum(view_count)::bigint AS view_count,
           sum(purchase_count)::bigint AS purchase_count, sum(favorite_count)::bigint AS favorite_count,
           sum(cart_count)::bigint AS cart_count, sum(review_count)::bigint AS review_count
    FROM analytic.reference_popularity LEFT JOIN analytic.product_reference AS known USING (reference)
    GROUP BY coalesce(known.product_id, reference)
), wanted AS MATERIALIZED (
    -- a product without a counted event left keeps its row, at zero
    SELECT id, coalesce(recounted.score_micros, 0) AS score_micros, coalesce(recounted.view_count, 0) AS view_count,
           coalesce(recounted.purchase_count, 0) AS purchase_count, coalesce(recounted.favorite_count, 0) AS favorite_count,
           coalesce(recounted.cart_count, 0) AS cart_count, coalesce(recounted.review_count, 0) AS review_count
    FROM recounted FULL JOIN analytic.product_popularity USING (id)
), changed AS (
    -- only changed rows are written, because every written row costs readers' caches and vacuum
    SELECT wanted.* FROM wanted LEFT JOIN analytic.product_popularity AS stored USING (id)
    WHERE (wanted.score_micros, wanted.view_count, wanted.purchase_count, wanted.favorite_count, wanted.cart_count, wanted.review_count)
          IS DISTINCT FROM
          (stored.score_micros, stored.view_count, stored.purchase_count, stored.favorite_count, stored.cart_count, stored.review_count)
), written AS (
    INSERT INTO analytic.product_popularity
        (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
    SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
    FROM changed ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
        score_micros   = excluded.score_micros,
        view_count     = excluded.view_count,
        purchase_count = excluded.purchase_count,
        favorite_count = excluded.favorite_count,
        cart_count     = excluded.cart_count,
        review_count   = excluded.review_count,
        date_updated   = excluded.date_updated
    RETURNING 1
)
SELECT (SELECT count(*) FROM wanted) AS products, (SELECT count(*) FROM written) AS changed
