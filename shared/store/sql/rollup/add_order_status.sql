-- store::rollup::add_order_status
INSERT INTO analytic.order_status_rollup AS rollup
    (seller_id, status, orders, items)
SELECT * FROM unnest(
        $1::text[], $2::text[], $3::bigint[], $4::bigint[])
    AS moved (seller_id, status, orders, items)
ORDER BY seller_id, status
ON CONFLICT (seller_id, status) DO UPDATE SET
    orders = rollup.orders + excluded.orders, items = rollup.items + excluded.items
