-- store::rollup::add_order_status
CREATE OR REPLACE FUNCTION analytic.add_order_statuses(
    seller_ids text[], statuses text[], order_counts bigint[], quantities bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.order_status_rollup AS rollup
            (seller_id, status, orders, items_milli)
        SELECT * FROM unnest(
                seller_ids, statuses, order_counts, quantities)
            AS moved (seller_id, status, orders, items_milli)
        ORDER BY seller_id, status
        ON CONFLICT (seller_id, status) DO UPDATE SET
            orders = rollup.orders + excluded.orders, items_milli = rollup.items_milli + excluded.items_milli
        RETURNING rollup.ctid AS place, rollup.orders, rollup.items_milli
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE orders = 0 AND items_milli = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_order_statuses IS
    'Moves the numbers of orders by status. Returns the rows that are empty now.';
