-- store::exclusion::exclude_scorers
LOCK TABLE analytic.product_popularity IN SHARE ROW EXCLUSIVE MODE
