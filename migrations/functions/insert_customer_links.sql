-- store::customer_link::insert
CREATE OR REPLACE FUNCTION analytic.insert_customer_links(customer_keys text[], address_keys text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    -- in key order, so that concurrent batches wait instead of deadlocking
    INSERT INTO analytic.customer_link (customer_key, address_key)
    SELECT DISTINCT customer_key, address_key FROM unnest(customer_keys, address_keys) AS given (customer_key, address_key)
    ORDER BY customer_key, address_key
    ON CONFLICT DO NOTHING;
END
$function$;
COMMENT ON FUNCTION analytic.insert_customer_links IS 'Adds which addresses belong to which customers.';
