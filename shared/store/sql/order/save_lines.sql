-- store::order::save_lines
WITH saved AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[])
        AS line (order_id, position, reference, product_id, seller_id, category_id, quantity_milli, price_minor, total_minor)
), removed AS (
    -- a creation that is earlier but arrived later, or an update, has fewer lines
    DELETE FROM analytic.order_line AS line WHERE line.order_id = ANY($1)
    AND NOT EXISTS (SELECT FROM saved WHERE saved.order_id = line.order_id AND saved.position = line.position)
)
INSERT INTO analytic.order_line AS line (order_id, position, reference, product_id, seller_id, category_id, quantity_milli, price_minor, total_minor)
SELECT * FROM saved ORDER BY order_id, position
ON CONFLICT (order_id, position) DO UPDATE SET
    reference = excluded.reference, product_id = excluded.product_id, seller_id = excluded.seller_id,
    category_id = excluded.category_id, quantity_milli = excluded.quantity_milli, price_minor = excluded.price_minor,
    total_minor = excluded.total_minor
-- most events of an order do not change its lines
WHERE line IS DISTINCT FROM excluded
