-- store::rollup::add_product
CREATE OR REPLACE FUNCTION analytic.add_product_sales(
    grains text[], buckets timestamptz[], seller_ids text[], product_ids text[], currencies text[],
    paid_counts bigint[], quantities bigint[], revenues bigint[], refunds bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.product_rollup AS rollup
            (grain, bucket, seller_id, product_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
        SELECT * FROM unnest(
                grains, buckets, seller_ids, product_ids, currencies, paid_counts, quantities, revenues,
                refunds)
            AS moved (grain, bucket, seller_id, product_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
        ORDER BY seller_id, grain, bucket, product_id, currency
        ON CONFLICT (seller_id, grain, bucket, product_id, currency) DO UPDATE SET
            orders_paid = rollup.orders_paid + excluded.orders_paid, items_milli = rollup.items_milli + excluded.items_milli, revenue_minor =
            rollup.revenue_minor + excluded.revenue_minor, refund_minor = rollup.refund_minor + excluded.refund_minor
        RETURNING rollup.ctid AS place, rollup.orders_paid, rollup.items_milli, rollup.revenue_minor, rollup.refund_minor
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE orders_paid = 0 AND items_milli = 0 AND revenue_minor = 0 AND refund_minor = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_product_sales IS
    'Moves the figures of products by differences. Returns the rows that are empty now.';
