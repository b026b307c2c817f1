-- store::order::save_lines
CREATE OR REPLACE FUNCTION analytic.save_order_lines(
    all_order_ids text[], order_ids text[], positions int[], product_references text[], product_ids text[],
    seller_ids text[], category_ids text[], quantities bigint[], prices bigint[], totals bigint[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    WITH saved AS MATERIALIZED (
        SELECT * FROM unnest(order_ids, positions, product_references, product_ids, seller_ids, category_ids, quantities, prices, totals)
            AS line (order_id, position, reference, product_id, seller_id, category_id, quantity_milli, price_minor, total_minor)
    ), removed AS (
        -- a creation that is earlier but arrived later, or an update, has fewer lines
        DELETE FROM analytic.order_line AS line WHERE line.order_id = ANY(all_order_ids)
        AND NOT EXISTS (SELECT FROM saved WHERE saved.order_id = line.order_id AND saved.position = line.position)
    )
    INSERT INTO analytic.order_line AS line (order_id, position, reference, product_id, seller_id, category_id, quantity_milli, price_minor, total_minor)
    SELECT * FROM saved ORDER BY order_id, position
    ON CONFLICT (order_id, position) DO UPDATE SET
        reference = excluded.reference, product_id = excluded.product_id, seller_id = excluded.seller_id,
        category_id = excluded.category_id, quantity_milli = excluded.quantity_milli, price_minor = excluded.price_minor,
        total_minor = excluded.total_minor
    -- most events of an order do not change its lines
    WHERE line IS DISTINCT FROM excluded;
END
$function$;
COMMENT ON FUNCTION analytic.save_order_lines IS 'Replaces the lines of orders.';
