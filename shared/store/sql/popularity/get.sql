-- store::popularity::get
SELECT id, score_micros, score, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated
FROM analytic.product_popularity WHERE id = $1
