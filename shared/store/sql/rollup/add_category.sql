-- store::rollup::add_category
INSERT INTO analytic.category_rollup AS rollup
    (grain, bucket, category_id, currency, orders_paid, items, revenue_minor, refund_minor)
SELECT * FROM unnest(
        $1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS moved (grain, bucket, category_id, currency, orders_paid, items, revenue_minor, refund_minor)
ORDER BY grain, bucket, category_id, currency
ON CONFLICT (grain, bucket, category_id, currency) DO UPDATE SET
    orders_paid = rollup.orders_paid + excluded.orders_paid, items = rollup.items + excluded.items, revenue_minor =
    rollup.revenue_minor + excluded.revenue_minor, refund_minor = rollup.refund_minor + excluded.refund_minor
