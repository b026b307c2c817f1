-- store::rollup::add_sales
CREATE OR REPLACE FUNCTION analytic.add_sales(
    grains text[], buckets timestamptz[], seller_ids text[], currencies text[], payment_methods text[],
    placed_counts bigint[], paid_counts bigint[], cancelled_counts bigint[], returned_counts bigint[],
    quantities bigint[], revenues bigint[], refunds bigint[], shipping_amounts bigint[], tax_amounts bigint[],
    fee_amounts bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        -- in key order: unsorted upserts of overlapping batches deadlock
        INSERT INTO analytic.sales_rollup AS rollup
            (grain, bucket, seller_id, currency, payment_method, orders_placed, orders_paid, orders_cancelled, orders_returned, items_milli,
            revenue_minor, refund_minor, shipping_minor, tax_minor, fee_minor)
        SELECT * FROM unnest(
                grains, buckets, seller_ids, currencies, payment_methods, placed_counts, paid_counts, cancelled_counts,
                returned_counts, quantities, revenues, refunds, shipping_amounts, tax_amounts, fee_amounts)
            AS moved (grain, bucket, seller_id, currency, payment_method, orders_placed, orders_paid, orders_cancelled, orders_returned,
            items_milli, revenue_minor, refund_minor, shipping_minor, tax_minor, fee_minor)
        ORDER BY seller_id, grain, bucket, currency, payment_method
        ON CONFLICT (seller_id, grain, bucket, currency, payment_method) DO UPDATE SET
            orders_placed = rollup.orders_placed + excluded.orders_placed, orders_paid = rollup.orders_paid + excluded.orders_paid,
            orders_cancelled = rollup.orders_cancelled + excluded.orders_cancelled, orders_returned = rollup.orders_returned +
            excluded.orders_returned, items_milli = rollup.items_milli + excluded.items_milli, revenue_minor = rollup.revenue_minor +
            excluded.revenue_minor, refund_minor = rollup.refund_minor + excluded.refund_minor,
            shipping_minor = rollup.shipping_minor + excluded.shipping_minor, tax_minor = rollup.tax_minor + excluded.tax_minor,
            fee_minor = rollup.fee_minor + excluded.fee_minor
        RETURNING rollup.ctid AS place, rollup.orders_placed, rollup.orders_paid, rollup.orders_cancelled,
            rollup.orders_returned, rollup.items_milli, rollup.revenue_minor, rollup.refund_minor,
            rollup.shipping_minor, rollup.tax_minor, rollup.fee_minor
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE orders_placed = 0 AND orders_paid = 0 AND orders_cancelled = 0 AND
        orders_returned = 0 AND items_milli = 0 AND revenue_minor = 0 AND refund_minor = 0 AND
        shipping_minor = 0 AND tax_minor = 0 AND fee_minor = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_sales IS 'Moves sales figures by differences. Returns the rows that are empty now.';
