-- store::order::save_payments
WITH saved AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
        AS saved (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
), removed AS (
    -- a payment without an id that turned out to be another service's report of the same payment
    DELETE FROM analytic.payment AS payment WHERE payment.order_id = ANY($1)
    AND NOT EXISTS (SELECT FROM saved WHERE saved.order_id = payment.order_id AND saved.payment_id = payment.payment_id)
)
INSERT INTO analytic.payment AS payment (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
SELECT * FROM saved ORDER BY order_id, payment_id
ON CONFLICT (order_id, payment_id) DO UPDATE SET
    status = excluded.status, amount_minor = excluded.amount_minor, currency = excluded.currency, method = excluded.method,
    paid_at = excluded.paid_at, refunded_at = excluded.refunded_at
WHERE payment IS DISTINCT FROM excluded
