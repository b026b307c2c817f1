-- store::rollup::add_customer
CREATE OR REPLACE FUNCTION analytic.add_customer_sales(
    customer_keys text[], currencies text[], paid_counts bigint[], revenues bigint[], refunds bigint[]
) RETURNS TABLE (place text, of_spend boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        SELECT * FROM unnest(customer_keys, currencies, paid_counts, revenues, refunds)
            AS moved (customer_key, currency, orders_paid, revenue_minor, refund_minor)
    ), customer AS (
        INSERT INTO analytic.customer_rollup AS rollup (customer_key, currency, orders_paid, revenue_minor, refund_minor)
        SELECT * FROM moved ORDER BY customer_key, currency
        ON CONFLICT (customer_key, currency) DO UPDATE SET
            orders_paid = rollup.orders_paid + excluded.orders_paid,
            revenue_minor = rollup.revenue_minor + excluded.revenue_minor,
            refund_minor = rollup.refund_minor + excluded.refund_minor
        RETURNING rollup.ctid AS place, customer_key, currency, orders_paid, revenue_minor, refund_minor
    ), state AS (
        -- each customer as it is now; and, to be subtracted, as it was: now minus what was added
        SELECT 1 AS sign, currency, orders_paid, revenue_minor, refund_minor FROM customer
        UNION ALL
        SELECT -1, currency, customer.orders_paid - moved.orders_paid, customer.revenue_minor - moved.revenue_minor,
               customer.refund_minor - moved.refund_minor
        FROM customer JOIN moved USING (customer_key, currency)
    ), spend AS (
        SELECT currency, analytic.spend_floor(revenue_minor - refund_minor) AS floor_minor, sum(sign)::bigint AS customers,
               sum(sign * orders_paid)::bigint AS orders_paid, sum(sign * (revenue_minor - refund_minor))::bigint AS net_minor
        FROM state WHERE orders_paid > 0 OR revenue_minor > 0
        GROUP BY 1, 2
    ), spend_moved AS (
        -- after all customers, and by key, so that transactions cannot deadlock
        INSERT INTO analytic.customer_spend_rollup AS rollup (currency, floor_minor, customers, orders_paid, net_minor)
        SELECT * FROM spend WHERE customers <> 0 OR orders_paid <> 0 OR net_minor <> 0 ORDER BY currency, floor_minor
        ON CONFLICT (currency, floor_minor) DO UPDATE SET
            customers = rollup.customers + excluded.customers, orders_paid = rollup.orders_paid + excluded.orders_paid,
            net_minor = rollup.net_minor + excluded.net_minor
        RETURNING rollup.ctid AS place, rollup.customers, rollup.orders_paid, rollup.net_minor
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place, false AS of_spend FROM customer
    WHERE orders_paid = 0 AND revenue_minor = 0 AND refund_minor = 0
    UNION ALL
    SELECT place::text, true FROM spend_moved WHERE customers = 0 AND orders_paid = 0 AND net_minor = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_customer_sales IS
    'Moves the figures of customers, and of customers by what they spent. Returns the rows that are empty now.';
