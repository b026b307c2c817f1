-- store::anonymize::rename_orders
UPDATE analytic.sales_order AS known SET customer_key = renamed.erased
FROM unnest($2::text[], $3::text[]) AS renamed (key, erased)
WHERE known.order_id = ANY($1) AND known.customer_key = renamed.key
RETURNING 1
