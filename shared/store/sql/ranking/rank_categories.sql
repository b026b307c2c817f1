-- store::ranking::rank_categories
-- as rank_products, over another table: the name of a table cannot be a parameter
WITH span AS (
    -- step 0 is the window before, 1 the window
    SELECT * FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS span (step, grain, lower, upper)
), chosen AS (
    -- the requested currency, else the one with the most paid orders of the whole shop in the window
    SELECT coalesce($5::text, (
        SELECT paid.currency
        FROM span CROSS JOIN LATERAL (
            SELECT currency, sum(orders_paid) AS orders, sum(revenue_minor + refund_minor) AS money
            FROM analytic.sales_rollup
            WHERE seller_id = '' AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
            GROUP BY currency
        ) AS paid
        WHERE span.step = 1
        GROUP BY paid.currency HAVING sum(paid.orders + paid.money) > 0
        ORDER BY sum(paid.orders) DESC, paid.currency LIMIT 1
    )) AS currency
), sold AS (
    -- summed within each range first, so that each is a range scan of the primary key
    SELECT span.step, figure.id, sum(figure.orders_paid)::bigint AS orders_paid, sum(figure.items)::bigint AS items,
           sum(figure.revenue_minor)::bigint AS revenue_minor, sum(figure.refund_minor)::bigint AS refund_minor
    FROM chosen CROSS JOIN span CROSS JOIN LATERAL (
        SELECT category_id AS id, sum(orders_paid) AS orders_paid, sum(items_milli) AS items,
               sum(revenue_minor) AS revenue_minor, sum(refund_minor) AS refund_minor
        FROM analytic.category_rollup
        WHERE grain = span.grain AND bucket >= span.lower AND bucket < span.upper AND currency = chosen.currency
        GROUP BY 1
    ) AS figure
    GROUP BY 1, 2 HAVING sum(figure.items) > 0 OR sum(figure.revenue_minor) > 0
), ranked AS (
    -- everything in both windows, so that a previous rank is exact even if it would not be shown
    SELECT *, row_number() OVER (
        PARTITION BY step
        ORDER BY CASE $6 WHEN 'revenue' THEN revenue_minor - refund_minor ELSE items END DESC,
                 CASE $6 WHEN 'revenue' THEN items ELSE revenue_minor - refund_minor END DESC, id COLLATE "C"
    ) AS rank
    FROM sold
), now AS (
    SELECT * FROM ranked WHERE step = 1 AND rank <= $7
)
-- the currency even when nothing was sold
SELECT chosen.currency, now.rank, now.id, NULL::text AS name, now.orders_paid, now.items,
       now.revenue_minor, now.refund_minor,
       before.rank AS before_rank, before.items AS before_items,
       before.revenue_minor - before.refund_minor AS before_net_minor
FROM chosen
LEFT JOIN now ON true
LEFT JOIN ranked AS before ON before.step = 0 AND before.id = now.id
ORDER BY now.rank
