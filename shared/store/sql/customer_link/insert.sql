-- store::customer_link::insert
-- in key order, so that concurrent batches wait instead of deadlocking
INSERT INTO analytic.customer_link (customer_key, address_key)
SELECT DISTINCT customer_key, address_key FROM unnest($1::text[], $2::text[]) AS given (customer_key, address_key)
ORDER BY customer_key, address_key
ON CONFLICT DO NOTHING
