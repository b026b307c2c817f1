-- store::sales::sum_product
-- each part is one range of the index of the product; the seller is looked at in its rows
SELECT span.step, figure.currency, sum(figure.orders_paid)::bigint AS orders_paid, sum(figure.items)::bigint AS items,
       sum(figure.revenue_minor)::bigint AS revenue_minor, sum(figure.refund_minor)::bigint AS refund_minor,
       -- charges belong to the shop alone
       0::bigint AS shipping_minor, 0::bigint AS tax_minor, 0::bigint AS fee_minor
FROM unnest($3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS span (step, grain, lower, upper)
CROSS JOIN LATERAL (
    SELECT currency, sum(orders_paid) AS orders_paid, sum(items_milli) AS items, sum(revenue_minor) AS revenue_minor,
           sum(refund_minor) AS refund_minor
    FROM analytic.product_rollup
    -- for a SKU it is its product; in the collation of the index
    WHERE product_id = coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = $2), $2) COLLATE "default"
      AND ($1 = '' OR seller_id = $1) AND grain <> 'minute' AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
    GROUP BY currency
) AS figure
GROUP BY span.step, figure.currency
HAVING sum(figure.orders_paid) + sum(figure.items) + sum(figure.revenue_minor) + sum(figure.refund_minor) > 0
ORDER BY span.step, figure.currency
