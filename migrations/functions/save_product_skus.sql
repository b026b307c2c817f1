-- store::product::save_skus
CREATE OR REPLACE FUNCTION analytic.save_product_skus(
    skus text[], product_ids text[], claim_times timestamptz[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.product_sku AS claim (sku, product_id, claimed_at)
    SELECT * FROM unnest(skus, product_ids, claim_times) AS saved (sku, product_id, claimed_at)
    ORDER BY sku, product_id
    ON CONFLICT (sku, product_id) DO UPDATE SET claimed_at = excluded.claimed_at;
END
$function$;
COMMENT ON FUNCTION analytic.save_product_skus IS 'Saves which products claim which SKUs.';
