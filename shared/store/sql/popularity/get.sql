-- store::popularity::get
SELECT id, score_micros, score, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated
FROM analytic.product_popularity
-- for a SKU the result is its product
WHERE id = coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = $1), $1)
