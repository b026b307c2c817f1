-- store::order_fact::ensure_customers
INSERT INTO analytic.judged_customer (customer)
SELECT DISTINCT customer FROM unnest($1::text[]) AS given (customer) ORDER BY customer
ON CONFLICT DO NOTHING
