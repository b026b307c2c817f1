-- store::forget::remove_links
DELETE FROM analytic.customer_link WHERE customer_key = ANY($1) OR address_key = ANY($1) RETURNING 1
