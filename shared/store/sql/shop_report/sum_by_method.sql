-- store::shop_report::sum_by_method
-- an empty method is called unknown, together with a method of that name
SELECT coalesce(nullif(figure.payment_method, ''), 'unknown') AS payment_method, figure.currency,
       sum(figure.orders_paid)::bigint AS orders_paid, sum(figure.items)::bigint AS items,
       sum(figure.revenue_minor)::bigint AS revenue_minor, sum(figure.refund_minor)::bigint AS refund_minor
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS span (grain, lower, upper)
CROSS JOIN LATERAL (
    SELECT payment_method, currency, sum(orders_paid) AS orders_paid, sum(items_milli) AS items,
           sum(revenue_minor) AS revenue_minor, sum(refund_minor) AS refund_minor
    FROM analytic.sales_rollup
    WHERE seller_id = '' AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
    GROUP BY payment_method, currency
) AS figure
GROUP BY 1, 2
-- without methods with which orders were only placed
HAVING sum(figure.orders_paid) + sum(figure.items) + sum(figure.revenue_minor) + sum(figure.refund_minor) > 0
ORDER BY sum(figure.revenue_minor) - sum(figure.refund_minor) DESC, 1, 2
