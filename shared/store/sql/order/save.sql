-- store::order::save
INSERT INTO analytic.sales_order (order_id, status, customer_key, seller_id, currency, total_minor, payment_method, paid_minor,
    refund_minor, placed_at, paid_at, shipped_at, delivered_at, cancelled_at, returned_at, refund_requested_at,
    shipping_minor, tax_minor, fee_minor)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[],
    $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[],
    $17::bigint[], $18::bigint[], $19::bigint[])
    AS saved (order_id, status, customer_key, seller_id, currency, total_minor, payment_method, paid_minor,
              refund_minor, placed_at, paid_at, shipped_at, delivered_at, cancelled_at, returned_at, refund_requested_at,
              shipping_minor, tax_minor, fee_minor)
ORDER BY order_id
ON CONFLICT (order_id) DO UPDATE SET
    status = excluded.status, customer_key = excluded.customer_key, seller_id = excluded.seller_id, currency = excluded.currency,
    total_minor = excluded.total_minor, payment_method = excluded.payment_method, paid_minor = excluded.paid_minor,
    refund_minor = excluded.refund_minor, placed_at = excluded.placed_at, paid_at = excluded.paid_at,
    shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at, cancelled_at = excluded.cancelled_at,
    returned_at = excluded.returned_at, refund_requested_at = excluded.refund_requested_at,
    shipping_minor = excluded.shipping_minor, tax_minor = excluded.tax_minor, fee_minor = excluded.fee_minor
