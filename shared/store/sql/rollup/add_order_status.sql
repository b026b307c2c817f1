-- store::rollup::add_order_status
WITH moved AS (
    INSERT INTO analytic.order_status_rollup AS rollup
        (seller_id, status, orders, items)
    SELECT * FROM unnest(
            $1::text[], $2::text[], $3::bigint[], $4::bigint[])
        AS moved (seller_id, status, orders, items)
    ORDER BY seller_id, status
    ON CONFLICT (seller_id, status) DO UPDATE SET
        orders = rollup.orders + excluded.orders, items = rollup.items + excluded.items
    RETURNING rollup.ctid AS place, rollup.orders, rollup.items
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE orders = 0 AND items = 0
