-- one event, one upsert, one commit: a consumer that handles message by message
INSERT INTO analytic.product_popularity AS popularity
    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
SELECT product_id, weight_micros, (counter IS NOT DISTINCT FROM 'view_count')::int, (counter IS NOT DISTINCT FROM 'purchase_count')::int,
       (counter IS NOT DISTINCT FROM 'favorite_count')::int, (counter IS NOT DISTINCT FROM 'cart_count')::int,
       (counter IS NOT DISTINCT FROM 'review_count')::int, now()
FROM bench.event JOIN analytic.event_weight USING (event_type) WHERE interaction_id = $1
ON CONFLICT (id) DO UPDATE SET
    score_micros   = popularity.score_micros   + excluded.score_micros,
    view_count     = popularity.view_count     + excluded.view_count,
    purchase_count = popularity.purchase_count + excluded.purchase_count,
    favorite_count = popularity.favorite_count + excluded.favorite_count,
    cart_count     = popularity.cart_count     + excluded.cart_count,
    review_count   = popularity.review_count   + excluded.review_count,
    date_updated   = excluded.date_updated
