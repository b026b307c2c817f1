-- store::order::save_payments
CREATE OR REPLACE FUNCTION analytic.save_payments(
    all_order_ids text[], order_ids text[], payment_ids text[], statuses text[], amounts bigint[],
    currencies text[], methods text[], payment_times timestamptz[], refund_times timestamptz[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    WITH saved AS MATERIALIZED (
        SELECT * FROM unnest(order_ids, payment_ids, statuses, amounts, currencies, methods, payment_times, refund_times)
            AS saved (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
    ), removed AS (
        -- a payment without an id that turned out to be another service's report of the same payment
        DELETE FROM analytic.payment AS payment WHERE payment.order_id = ANY(all_order_ids)
        AND NOT EXISTS (SELECT FROM saved WHERE saved.order_id = payment.order_id AND saved.payment_id = payment.payment_id)
    )
    INSERT INTO analytic.payment AS payment (order_id, payment_id, status, amount_minor, currency, method, paid_at, refunded_at)
    SELECT * FROM saved ORDER BY order_id, payment_id
    ON CONFLICT (order_id, payment_id) DO UPDATE SET
        status = excluded.status, amount_minor = excluded.amount_minor, currency = excluded.currency, method = excluded.method,
        paid_at = excluded.paid_at, refunded_at = excluded.refunded_at
    WHERE payment IS DISTINCT FROM excluded;
END
$function$;
COMMENT ON FUNCTION analytic.save_payments IS 'Replaces the payments of orders.';
