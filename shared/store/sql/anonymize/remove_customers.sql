-- store::anonymize::remove_customers
-- the transaction has locked these rows; a customer with a fact that arrived meanwhile stays
DELETE FROM analytic.customer_lock
WHERE customer = ANY($1) AND NOT EXISTS (SELECT FROM analytic.order_fact AS fact WHERE fact.customer = customer_lock.customer)
RETURNING 1
