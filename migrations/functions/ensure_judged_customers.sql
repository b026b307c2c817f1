-- store::order_fact::ensure_customers
CREATE OR REPLACE FUNCTION analytic.ensure_judged_customers(customers text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.judged_customer (customer)
    SELECT DISTINCT customer FROM unnest(customers) AS given (customer) ORDER BY customer
    ON CONFLICT DO NOTHING;
END
$function$;
