-- store::ranking::rank_products
WITH span AS (
    -- step 0 is the window before, 1 the window
    SELECT * FROM unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS span (step, grain, lower, upper)
), chosen AS (
    -- the requested currency, else the one with the most paid orders in the window
    SELECT coalesce($6::text, (
        SELECT paid.currency
        FROM span CROSS JOIN LATERAL (
            SELECT currency, sum(orders_paid) AS orders, sum(revenue_minor + refund_minor) AS money
            FROM analytic.sales_rollup
            WHERE seller_id = $1 AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
            GROUP BY currency
        ) AS paid
        WHERE span.step = 1
        GROUP BY paid.currency HAVING sum(paid.orders + paid.money) > 0
        ORDER BY sum(paid.orders) DESC, paid.currency LIMIT 1
    )) AS currency
), sold AS (
    -- summed within each range first, so that each is a range scan of an index: of the seller's rows, or of all by time
    SELECT span.step, figure.id, sum(figure.orders_paid)::bigint AS orders_paid, sum(figure.items)::bigint AS items,
           sum(figure.revenue_minor)::bigint AS revenue_minor, sum(figure.refund_minor)::bigint AS refund_minor
    FROM chosen CROSS JOIN span CROSS JOIN LATERAL (
        SELECT product_id AS id, sum(orders_paid) AS orders_paid, sum(items_milli) AS items,
               sum(revenue_minor) AS revenue_minor, sum(refund_minor) AS refund_minor
        FROM analytic.product_rollup
        WHERE ($1 = '' OR seller_id = $1) AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
          AND currency = chosen.currency
        GROUP BY 1
    ) AS figure
    GROUP BY 1, 2 HAVING sum(figure.items) > 0 OR sum(figure.revenue_minor) > 0
), ranked AS (
    -- everything in both windows, so that a previous rank is exact even if it would not be shown
    SELECT *, row_number() OVER (
        PARTITION BY step
        ORDER BY CASE $7 WHEN 'revenue' THEN revenue_minor - refund_minor ELSE items END DESC,
                 CASE $7 WHEN 'revenue' THEN items ELSE revenue_minor - refund_minor END DESC, id COLLATE "C"
    ) AS rank
    FROM sold
), now AS (
    SELECT * FROM ranked WHERE step = 1 AND rank <= $8
)
-- the currency even when nothing was sold
SELECT chosen.currency, now.rank, now.id, (SELECT name FROM analytic.product WHERE product_id = now.id) AS name,
       now.orders_paid, now.items, now.revenue_minor, now.refund_minor,
       before.rank AS before_rank, before.items AS before_items,
       before.revenue_minor - before.refund_minor AS before_net_minor
FROM chosen
LEFT JOIN now ON true
LEFT JOIN ranked AS before ON before.step = 0 AND before.id = now.id
ORDER BY now.rank
