-- store::rollup::add_order_status
WITH moved AS (
    INSERT INTO analytic.order_status_rollup AS rollup
        (seller_id, status, orders, items_milli)
    SELECT * FROM unnest(
            $1::text[], $2::text[], $3::bigint[], $4::bigint[])
        AS moved (seller_id, status, orders, items_milli)
    ORDER BY seller_id, status
    ON CONFLICT (seller_id, status) DO UPDATE SET
        orders = rollup.orders + excluded.orders, items_milli = rollup.items_milli + excluded.items_milli
    RETURNING rollup.ctid AS place, rollup.orders, rollup.items_milli
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE orders = 0 AND items_milli = 0
