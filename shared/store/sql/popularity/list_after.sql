-- store::popularity::list_after
-- two index ranges, because a single comparison cannot follow an index that is descending by score and ascending by id:
-- first the remaining rows with the cursor's score, then the lower scores
(SELECT id, score_micros, score, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated
 FROM analytic.product_popularity WHERE score_micros = $1 AND id > $2 ORDER BY id LIMIT $3)
UNION ALL
(SELECT id, score_micros, score, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated
 FROM analytic.product_popularity WHERE score_micros < $1 ORDER BY score_micros DESC, id LIMIT $3)
LIMIT $3
