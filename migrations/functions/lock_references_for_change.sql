-- store::product::lock_for_change
CREATE OR REPLACE FUNCTION analytic.lock_references_for_change(product_references text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    PERFORM FROM analytic.product_reference WHERE reference = ANY(product_references) ORDER BY reference FOR UPDATE;
END
$function$;
COMMENT ON FUNCTION analytic.lock_references_for_change IS 'Locks product references whose meaning is about to change.';
