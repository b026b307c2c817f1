-- store::forget::remove_spend
-- the transaction has just moved these rows and holds them; what an order that came meanwhile adds stays
DELETE FROM analytic.customer_rollup
WHERE customer_key = ANY($1) AND orders_paid = 0 AND revenue_minor = 0 AND refund_minor = 0
