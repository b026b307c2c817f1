-- store::popularity::remap_skus
WITH changed AS MATERIALIZED (
    SELECT reference, known.product_id AS old_id, sent.product_id AS new_id
    FROM unnest($1::text[], $2::text[]) AS sent (reference, product_id) JOIN analytic.product_reference AS known USING (reference)
    WHERE known.product_id IS DISTINCT FROM sent.product_id
), led AS (
    UPDATE analytic.product_reference AS known SET product_id = changed.new_id
    FROM changed WHERE known.reference = changed.reference
), noted AS (
    -- the product that loses the reference, the one that gets it, and the reference itself
    INSERT INTO analytic.rank_change (product_id)
    SELECT id FROM changed CROSS JOIN LATERAL unnest(ARRAY[reference, old_id, new_id]) AS moved (id) WHERE id IS NOT NULL
), scored AS MATERIALIZED (
    -- what the reference has contributed so far; its counts stay where they are
    SELECT * FROM changed JOIN analytic.reference_popularity USING (reference)
    -- an array, so that the counts are looked up by the key whatever the statistics say
    WHERE reference = ANY(ARRAY(SELECT reference FROM changed))
), freed AS (
    -- without a product it had its own row, to which nothing else led: SKUs lead to ids that product events introduced, and
    -- those lead nowhere else
    DELETE FROM analytic.product_popularity USING scored WHERE id = reference AND old_id IS NULL
), moved AS (
    SELECT coalesce(new_id, reference) AS id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
    FROM scored
    UNION ALL
    SELECT old_id, -score_micros, -view_count, -purchase_count, -favorite_count, -cart_count, -review_count
    FROM scored WHERE old_id IS NOT NULL
)
INSERT INTO analytic.product_popularity AS popularity
    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
SELECT id, sum(score_micros), sum(view_count), sum(purchase_count), sum(favorite_count), sum(cart_count), sum(review_count), now()
FROM moved GROUP BY id ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    score_micros   = popularity.score_micros   + excluded.score_micros,
    view_count     = popularity.view_count     + excluded.view_count,
    purchase_count = popularity.purchase_count + excluded.purchase_count,
    favorite_count = popularity.favorite_count + excluded.favorite_count,
    cart_count     = popularity.cart_count     + excluded.cart_count,
    review_count   = popularity.review_count   + excluded.review_count,
    date_updated   = excluded.date_updated
