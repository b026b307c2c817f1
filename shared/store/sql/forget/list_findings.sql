-- store::forget::list_findings
SELECT id, rule, subject, window_name FROM analytic.finding
-- the rules are listed because they are the first column of the index
WHERE rule IN ('order_burst', 'large_order', 'similar_orders', 'abandoned_cart') AND subject = ANY($1)
ORDER BY id FOR UPDATE
