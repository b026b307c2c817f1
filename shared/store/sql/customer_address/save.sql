-- store::customer_address::save
INSERT INTO analytic.customer_address (customer_key, address_key)
SELECT DISTINCT customer_key, address_key FROM unnest($1::text[], $2::text[]) AS told (customer_key, address_key)
-- in key order, so that two consumers wait for each other instead of deadlocking
ORDER BY customer_key, address_key
ON CONFLICT DO NOTHING
