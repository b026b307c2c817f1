-- store::order::save
CREATE OR REPLACE FUNCTION analytic.save_orders(
    order_ids text[], statuses text[], customer_keys text[], seller_ids text[], currencies text[], totals bigint[],
    payment_methods text[], paid_amounts bigint[], refund_amounts bigint[], placing_times timestamptz[],
    payment_times timestamptz[], shipping_times timestamptz[], delivery_times timestamptz[],
    cancellation_times timestamptz[], return_times timestamptz[], refund_request_times timestamptz[],
    shipping_amounts bigint[], tax_amounts bigint[], fee_amounts bigint[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.sales_order (order_id, status, customer_key, seller_id, currency, total_minor, payment_method, paid_minor,
        refund_minor, placed_at, paid_at, shipped_at, delivered_at, cancelled_at, returned_at, refund_requested_at,
        shipping_minor, tax_minor, fee_minor)
    SELECT * FROM unnest(order_ids, statuses, customer_keys, seller_ids, currencies, totals, payment_methods, paid_amounts, refund_amounts,
        placing_times, payment_times, shipping_times, delivery_times, cancellation_times, return_times, refund_request_times,
        shipping_amounts, tax_amounts, fee_amounts)
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
        shipping_minor = excluded.shipping_minor, tax_minor = excluded.tax_minor, fee_minor = excluded.fee_minor;
END
$function$;
COMMENT ON FUNCTION analytic.save_orders IS 'Saves the state of orders.';
