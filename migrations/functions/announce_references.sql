-- store::product::announce
CREATE OR REPLACE FUNCTION analytic.announce_references(product_references text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    -- committed separately, before the transaction that locks them, which then only locks references, in a single order
    INSERT INTO analytic.product_reference (reference)
    SELECT DISTINCT reference FROM unnest(product_references) AS named (reference)
    WHERE NOT EXISTS (SELECT FROM analytic.product_reference AS known WHERE known.reference = named.reference)
    ORDER BY reference
    ON CONFLICT (reference) DO NOTHING;
END
$function$;
COMMENT ON FUNCTION analytic.announce_references IS 'Makes the rows of product references, so that they can be locked.';
