-- store::order_fact::lock_customers
SELECT customer FROM analytic.judged_customer WHERE customer = ANY($1::text[])
-- in one order everywhere, so that two batches wait for each other instead of deadlocking
ORDER BY customer FOR UPDATE
