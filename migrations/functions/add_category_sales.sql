-- store::rollup::add_category
CREATE OR REPLACE FUNCTION analytic.add_category_sales(
    grains text[], buckets timestamptz[], category_ids text[], currencies text[], paid_counts bigint[],
    quantities bigint[], revenues bigint[], refunds bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.category_rollup AS rollup
            (grain, bucket, category_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
        SELECT * FROM unnest(
                grains, buckets, category_ids, currencies, paid_counts, quantities, revenues, refunds)
            AS moved (grain, bucket, category_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
        ORDER BY grain, bucket, category_id, currency
        ON CONFLICT (grain, bucket, category_id, currency) DO UPDATE SET
            orders_paid = rollup.orders_paid + excluded.orders_paid, items_milli = rollup.items_milli + excluded.items_milli, revenue_minor =
            rollup.revenue_minor + excluded.revenue_minor, refund_minor = rollup.refund_minor + excluded.refund_minor
        RETURNING rollup.ctid AS place, rollup.orders_paid, rollup.items_milli, rollup.revenue_minor, rollup.refund_minor
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE orders_paid = 0 AND items_milli = 0 AND revenue_minor = 0 AND refund_minor = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_category_sales IS
    'Moves the figures of categories by differences. Returns the rows that are empty now.';
