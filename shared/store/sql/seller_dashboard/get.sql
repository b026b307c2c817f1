-- store::seller_dashboard::get
-- one statement, so that all figures are from the same instant, whatever is committed meanwhile
WITH sales AS (
    -- each part is one range of the primary key, so the cost is that of the requested rows, however old the shop is;
    -- its own GROUP BY ensures that: with a join, Postgres plans a scan of the whole table
    SELECT span.step, figure.currency, sum(figure.orders_paid)::bigint AS orders_paid,
           sum(figure.items)::bigint AS items, sum(figure.revenue_minor)::bigint AS revenue_minor,
           sum(figure.refund_minor)::bigint AS refund_minor, sum(figure.shipping_minor)::bigint AS shipping_minor,
           sum(figure.tax_minor)::bigint AS tax_minor, sum(figure.fee_minor)::bigint AS fee_minor
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
), sold AS (
    SELECT figure.product_id, figure.currency, sum(figure.orders_paid)::bigint AS orders_paid,
           sum(figure.items)::bigint AS items, sum(figure.revenue_minor)::bigint AS revenue_minor,
           sum(figure.refund_minor)::bigint AS refund_minor
    FROM unnest($6::text[], $7::timestamptz[], $8::timestamptz[]) AS span (grain, lower, upper)
    CROSS JOIN LATERAL (
        SELECT product_id, currency, sum(orders_paid) AS orders_paid, sum(items_milli) AS items,
               sum(revenue_minor) AS revenue_minor, sum(refund_minor) AS refund_minor
        FROM analytic.product_rollup
        WHERE seller_id = $1 AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
          AND ($9::text IS NULL OR currency = $9)
        GROUP BY product_id, currency
    ) AS figure
    GROUP BY figure.product_id, figure.currency
), ranked AS (
    -- in each currency: which one is shown is only known with the sales
    SELECT *, row_number() OVER (
                  PARTITION BY currency ORDER BY items DESC, revenue_minor - refund_minor DESC, product_id COLLATE "C"
              )::int AS place
    FROM sold WHERE items > 0
), figure AS (
    SELECT step, NULL::int AS place, currency, NULL AS product_id, NULL AS name,
           orders_paid, items, revenue_minor, refund_minor, shipping_minor, tax_minor, fee_minor
    FROM sales
    UNION ALL
    -- products have no charges
    SELECT NULL, place, currency, product_id, product.name, orders_paid, items, revenue_minor, refund_minor, 0, 0, 0
    FROM ranked LEFT JOIN analytic.product USING (product_id) WHERE place <= $10
), standing AS (
    -- on every row, and alone when there are no figures
    SELECT (SELECT coalesce(sum(items_milli), 0) FROM analytic.order_status_rollup
            WHERE seller_id = $1 AND status IN ('created', 'confirmed', 'reserved'))::bigint AS pending_items,
           (SELECT count(*) FROM analytic.sales_order AS owing
            WHERE refund_requested_at IS NOT NULL AND refund_minor = 0 AND paid_minor > 0
              AND (EXISTS (SELECT FROM analytic.order_line AS line
                           WHERE line.order_id = owing.order_id AND line.seller_id = $1)
                   OR owing.seller_id = $1
                      AND NOT EXISTS (SELECT FROM analytic.order_line AS line WHERE line.order_id = owing.order_id))
           ) AS pending_refunds,
           ratings, score_micros
    FROM (SELECT coalesce(sum(ratings), 0)::bigint AS ratings, coalesce(sum(score_micros), 0)::bigint AS score_micros
          FROM analytic.product JOIN analytic.rating_rollup USING (product_id)
          WHERE seller_id = $1 AND deleted_at IS NULL) AS rating
)
SELECT pending_items, pending_refunds, ratings, score_micros,
       step, currency, product_id, name, orders_paid, items, revenue_minor, refund_minor, shipping_minor, tax_minor, fee_minor
FROM standing LEFT JOIN figure ON true
ORDER BY step, place, currency
