-- store::popularity::list_page
SELECT id, score_micros, score, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated
FROM analytic.product_popularity ORDER BY score_micros DESC, id LIMIT $1 OFFSET $2
