-- store::rollup::add_sales
WITH moved AS (
    -- in key order: unsorted upserts of overlapping batches deadlock
    INSERT INTO analytic.sales_rollup AS rollup
        (grain, bucket, seller_id, currency, payment_method, orders_placed, orders_paid, orders_cancelled, orders_returned, items_milli,
        revenue_minor, refund_minor, shipping_minor, tax_minor, fee_minor)
    SELECT * FROM unnest(
            $1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
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
    shipping_minor = 0 AND tax_minor = 0 AND fee_minor = 0
