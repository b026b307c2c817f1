-- store::forget::remove_addresses
DELETE FROM analytic.customer_address WHERE customer_key = ANY($1) OR address_key = ANY($1) RETURNING 1
