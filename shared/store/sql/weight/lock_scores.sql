-- store::weight::lock_scores
LOCK TABLE analytic.product_popularity IN SHARE ROW EXCLUSIVE MODE
