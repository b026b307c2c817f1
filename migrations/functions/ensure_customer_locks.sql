-- store::order_fact::ensure_customers
CREATE OR REPLACE FUNCTION analytic.ensure_customer_locks(customers text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.customer_lock (customer)
    SELECT DISTINCT customer FROM unnest(customers) AS given (customer) ORDER BY customer
    ON CONFLICT DO NOTHING;
END
$function$;
COMMENT ON FUNCTION analytic.ensure_judged_customers IS 'Makes the rows by which customers are locked.';
