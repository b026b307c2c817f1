-- store::rollup::add_product
WITH moved AS (
    INSERT INTO analytic.product_rollup AS rollup
        (grain, bucket, seller_id, product_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
    SELECT * FROM unnest(
            $1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[])
        AS moved (grain, bucket, seller_id, product_id, currency, orders_paid, items_milli, revenue_minor, refund_minor)
    ORDER BY seller_id, grain, bucket, product_id, currency
    ON CONFLICT (seller_id, grain, bucket, product_id, currency) DO UPDATE SET
        orders_paid = rollup.orders_paid + excluded.orders_paid, items_milli = rollup.items_milli + excluded.items_milli, revenue_minor =
        rollup.revenue_minor + excluded.revenue_minor, refund_minor = rollup.refund_minor + excluded.refund_minor
    RETURNING rollup.ctid AS place, rollup.orders_paid, rollup.items_milli, rollup.revenue_minor, rollup.refund_minor
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE orders_paid = 0 AND items_milli = 0 AND revenue_minor = 0 AND refund_minor = 0
