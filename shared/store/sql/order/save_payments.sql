-- store::order::save_payments
INSERT INTO analytic.payment AS payment (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
    AS saved (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
ORDER BY order_id, payment_id
ON CONFLICT (order_id, payment_id) DO UPDATE SET
    status = excluded.status, amount_minor = excluded.amount_minor, currency = excluded.currency, method = excluded.method,
    paid_at = excluded.paid_at, refunded_at = excluded.refunded_at
WHERE payment IS DISTINCT FROM excluded
