-- store::order_fact::lock_customers
SELECT customer FROM analytic.judged_customer WHERE customer = ANY($1::text[])
-- in the same order everywhere, so that concurrent batches wait instead of deadlocking
ORDER BY customer FOR UPDATE
