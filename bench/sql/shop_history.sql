-- A seller's history written directly to the rollups, as the projection would have left it: $1 days until now, 100,000
-- orders in each of the last two months and a tenth of that before; four payment methods, two currencies, 500 products,
-- one order in twenty returned. More by day than by night. Rows are in the order in which they would have been created.
CREATE TEMPORARY TABLE sale AS
SELECT placed_at, placed_at + make_interval(secs => 30 + 200 * random()) AS paid_at,
       CASE WHEN random() < 0.05 THEN placed_at + interval '3 days' END AS back_at,
       CASE WHEN random() < 0.9 THEN 'EUR' ELSE 'USD' END AS currency,
       (ARRAY['card', 'paypal', 'bank_transfer', ''])[1 + floor(4 * random() ^ 2)::int] AS method,
       'product-' || floor(500 * random() ^ 2) AS product_id, 1 + floor(3 * random())::int AS items,
       500 + floor(20000 * random())::bigint AS minor
FROM (SELECT date_trunc('day', now()) - make_interval(days => day)
             + make_interval(secs => 86400 * (0.5 + 0.5 * (random() + random() + random() - 1.5) / 1.5)) AS placed_at
      FROM generate_series(0, $1 - 1) AS day, generate_series(1, CASE WHEN day < 61 THEN 3333 ELSE 333 END)) AS moment
WHERE placed_at < now();

CREATE TEMPORARY TABLE grain (grain text, span interval);
INSERT INTO grain VALUES ('minute', '1 minute'), ('quarter', '15 minutes'), ('day', '1 day');

INSERT INTO analytic.sales_rollup
SELECT seller_id, grain, date_bin(span, at, '1970-01-01 00:00:00+00'), currency, method, sum(placed), sum(paid), 0,
       sum(returned), sum(items), sum(revenue), sum(refund)
FROM (SELECT placed_at AS at, currency, method, 1 AS placed, 0 AS paid, 0 AS returned, 0 AS items, 0 AS revenue,
             0 AS refund FROM sale
      UNION ALL SELECT paid_at, currency, method, 0, 1, 0, items, minor, 0 FROM sale
      UNION ALL SELECT back_at, currency, method, 0, 0, 1, 0, 0, minor FROM sale WHERE back_at < now()) AS moved,
     grain, (VALUES ('seller-1'), ('')) AS scope (seller_id)
GROUP BY 1, 2, 3, 4, 5 ORDER BY min(at);

INSERT INTO analytic.product_rollup
SELECT 'seller-1', grain, date_bin(span, at, '1970-01-01 00:00:00+00'), product_id, currency, sum(paid), sum(items),
       sum(revenue), sum(refund)
FROM (SELECT paid_at AS at, product_id, currency, 1 AS paid, items, minor AS revenue, 0 AS refund FROM sale
      UNION ALL SELECT back_at, product_id, currency, 0, 0, 0, minor FROM sale WHERE back_at < now()) AS moved, grain
GROUP BY 1, 2, 3, 4, 5 ORDER BY min(at);

INSERT INTO analytic.product
SELECT 'product-' || n, 'seller-1', 'category-' || n % 20, 'Product ' || n, NULL FROM generate_series(0, 499) AS n;
INSERT INTO analytic.rating_rollup SELECT 'product-' || n, 40, 31000000 FROM generate_series(0, 499) AS n;
INSERT INTO analytic.order_status_rollup
SELECT seller_id, status, 1000, 2000 FROM (VALUES ('seller-1'), ('')) AS scope (seller_id),
    unnest(ARRAY['created', 'confirmed', 'paid', 'shipped', 'delivered', 'cancelled', 'returned']) AS status;
INSERT INTO analytic.user_rollup
SELECT 'day', date_trunc('day', now()) - make_interval(days => n), 300 FROM generate_series(0, $1 - 1) AS n;
-- one refund in a thousand is pending
INSERT INTO analytic.sales_order (order_id, status, seller_id, currency, total_minor, payment_method, paid_minor,
    refund_minor, placed_at, paid_at, refund_requested_at)
SELECT 'order-' || row_number() OVER (), 'paid', 'seller-1', currency, minor, method, minor,
       CASE WHEN back_at < now() AND random() < 0.999 THEN minor ELSE 0 END, placed_at, paid_at,
       CASE WHEN back_at < now() THEN back_at END
FROM sale;
DROP TABLE sale, grain;
