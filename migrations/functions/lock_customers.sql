-- store::order_fact::lock_customers
CREATE OR REPLACE FUNCTION analytic.lock_customers(customers text[]) RETURNS TABLE (customer text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT customer FROM analytic.customer_lock WHERE customer = ANY(customers)
    -- in the same order everywhere, so that concurrent batches wait instead of deadlocking
    ORDER BY customer FOR UPDATE;
END
$function$;
COMMENT ON FUNCTION analytic.lock_customers IS 'Locks customers whose orders are evaluated, until the transaction ends.';
