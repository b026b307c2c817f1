-- store::product::lock_for_reading
CREATE OR REPLACE FUNCTION analytic.lock_references_for_reading(product_references text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    -- readers do not block each other; only a change of what a reference leads to waits for them
    PERFORM FROM analytic.product_reference WHERE reference = ANY(product_references) ORDER BY reference FOR KEY SHARE;
END
$function$;
COMMENT ON FUNCTION analytic.lock_references_for_reading IS
    'Locks product references against a change of their meaning, beside other readers.';
