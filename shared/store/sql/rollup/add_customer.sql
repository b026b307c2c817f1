-- store::rollup::add_customer
INSERT INTO analytic.customer_rollup AS rollup
    (customer_key, currency, orders_paid, revenue_minor, refund_minor)
SELECT * FROM unnest(
        $1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS moved (customer_key, currency, orders_paid, revenue_minor, refund_minor)
ORDER BY customer_key, currency
ON CONFLICT (customer_key, currency) DO UPDATE SET
    orders_paid = rollup.orders_paid + excluded.orders_paid, revenue_minor = rollup.revenue_minor + excluded.revenue_minor,
    refund_minor = rollup.refund_minor + excluded.refund_minor
