-- store::popularity::count
SELECT count(*) FROM analytic.product_popularity
