-- the same batch with a ledger of applied ids instead of pending rows
WITH taken AS (
    INSERT INTO bench.ledger (interaction_id) SELECT unnest($1) ORDER BY 1
    ON CONFLICT DO NOTHING RETURNING interaction_id
), weighed AS (
    SELECT product_id, sum(weight_micros)::bigint AS score_micros,
           count(*) FILTER (WHERE counter = 'view_count') AS view_count,
           count(*) FILTER (WHERE counter = 'purchase_count') AS purchase_count,
           count(*) FILTER (WHERE counter = 'favorite_count') AS favorite_count,
           count(*) FILTER (WHERE counter = 'cart_count') AS cart_count,
           count(*) FILTER (WHERE counter = 'review_count') AS review_count
    FROM taken JOIN bench.event USING (interaction_id) JOIN analytic.event_weight USING (event_type)
    GROUP BY product_id
)
INSERT INTO analytic.product_popularity AS popularity
    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
SELECT product_id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
FROM weighed ORDER BY product_id
ON CONFLICT (id) DO UPDATE SET
    score_micros   = popularity.score_micros   + excluded.score_micros,
    view_count     = popularity.view_count     + excluded.view_count,
    purchase_count = popularity.purchase_count + excluded.purchase_count,
    favorite_count = popularity.favorite_count + excluded.favorite_count,
    cart_count     = popularity.cart_count     + excluded.cart_count,
    review_count   = popularity.review_count   + excluded.review_count,
    date_updated   = excluded.date_updated
