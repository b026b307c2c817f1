-- store::product::save_periods
CREATE OR REPLACE FUNCTION analytic.save_product_periods(
    all_product_ids text[], product_ids text[], starts timestamptz[], seller_ids text[], category_ids text[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    WITH saved AS MATERIALIZED (
        SELECT * FROM unnest(product_ids, starts, seller_ids, category_ids) AS saved (product_id, since, seller_id, category_id)
    ), removed AS (
        -- a late event may remove a period that began later
        DELETE FROM analytic.product_period AS period WHERE period.product_id = ANY(all_product_ids)
        AND NOT EXISTS (SELECT FROM saved WHERE saved.product_id = period.product_id AND saved.since = period.since)
    )
    INSERT INTO analytic.product_period AS period (product_id, since, seller_id, category_id)
    SELECT * FROM saved ORDER BY product_id, since
    ON CONFLICT (product_id, since) DO UPDATE SET seller_id = excluded.seller_id, category_id = excluded.category_id
    WHERE period IS DISTINCT FROM excluded;
END
$function$;
COMMENT ON FUNCTION analytic.save_product_periods IS 'Saves from when on a product has had which seller and category.';
