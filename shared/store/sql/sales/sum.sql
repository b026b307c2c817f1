-- store::sales::sum
-- each part is one range of the primary key, so the cost is that of the requested rows, however old the shop is
SELECT span.step, figure.currency, sum(figure.orders_paid)::bigint AS orders_paid, sum(figure.items)::bigint AS items,
       sum(figure.revenue_minor)::bigint AS revenue_minor, sum(figure.refund_minor)::bigint AS refund_minor,
       sum(figure.shipping_minor)::bigint AS shipping_minor, sum(figure.tax_minor)::bigint AS tax_minor,
       sum(figure.fee_minor)::bigint AS fee_minor
FROM unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS span (step, grain, lower, upper)
CROSS JOIN LATERAL (
    SELECT currency, sum(orders_paid) AS orders_paid, sum(items_milli) AS items, sum(revenue_minor) AS revenue_minor,
           sum(refund_minor) AS refund_minor, sum(shipping_minor) AS shipping_minor, sum(tax_minor) AS tax_minor,
           sum(fee_minor) AS fee_minor
    FROM analytic.sales_rollup
    WHERE seller_id = $1 AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
    GROUP BY currency
) AS figure
GROUP BY span.step, figure.currency
-- without currencies in which orders were only placed
HAVING sum(figure.orders_paid) + sum(figure.items) + sum(figure.revenue_minor) + sum(figure.refund_minor) > 0
ORDER BY span.step, figure.currency
