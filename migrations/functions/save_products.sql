-- store::product::save
CREATE OR REPLACE FUNCTION analytic.save_products(
    product_ids text[], seller_ids text[], category_ids text[], names text[], deletion_times timestamptz[], availabilities boolean[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    WITH noted AS (
        -- lists go by category and seller, and show no withdrawn product
        INSERT INTO analytic.rank_change (product_id) SELECT * FROM unnest(product_ids)
    )
    INSERT INTO analytic.product AS product (product_id, seller_id, category_id, name, deleted_at, available)
    SELECT * FROM unnest(product_ids, seller_ids, category_ids, names, deletion_times, availabilities)
        AS saved (product_id, seller_id, category_id, name, deleted_at, available)
    ORDER BY product_id
    ON CONFLICT (product_id) DO UPDATE SET
        seller_id = excluded.seller_id, category_id = excluded.category_id, name = excluded.name, deleted_at = excluded.deleted_at,
        available = excluded.available;
END
$function$;
COMMENT ON FUNCTION analytic.save_products IS 'Saves the state of products.';
