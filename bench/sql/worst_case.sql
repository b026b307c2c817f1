-- Data for the most expensive queries that shop_history.sql lacks: a year of registrations and events by the minute,
-- products of other sellers, categories, a million customers by spend, findings with the maximum of evidence.
CREATE TEMPORARY TABLE grain (grain text, span interval);
INSERT INTO grain VALUES ('minute', '1 minute'), ('quarter', '15 minutes'), ('day', '1 day');
CREATE TEMPORARY TABLE quarter AS
SELECT date_trunc('day', now()) - make_interval(mins => 15 * n) AS at FROM generate_series(0, 4 * 24 * 400) AS n;

TRUNCATE analytic.user_rollup;
INSERT INTO analytic.user_rollup
SELECT grain, date_bin(span, at, '1970-01-01 00:00:00+00'), count(*) FROM quarter CROSS JOIN grain GROUP BY 1, 2 ORDER BY 2;
INSERT INTO analytic.event_rollup
SELECT grain, date_bin(span, at, '1970-01-01 00:00:00+00'), 'SERVICE_' || kind % 5, 'event_' || kind, count(*)
FROM quarter CROSS JOIN grain CROSS JOIN generate_series(1, 20) AS kind GROUP BY 1, 2, 3, 4 ORDER BY 2;

-- two days in which 300,000 lines were sold, of 20,000 products of a thousand sellers in 200 categories
CREATE TEMPORARY TABLE sold AS
SELECT now() - make_interval(secs => 2 * 86400 * random()) AS at, 'other-' || floor(20000 * random() ^ 2)::int AS product_id,
       500 + floor(20000 * random())::bigint AS minor
FROM generate_series(1, 300000);
INSERT INTO analytic.product_rollup
SELECT 'seller-' || 100 + abs(hashtext(product_id)) % 1000, grain, date_bin(span, at, '1970-01-01 00:00:00+00'), product_id,
       'EUR', count(*), count(*), sum(minor), 0
FROM sold CROSS JOIN grain GROUP BY 1, 2, 3, 4 ORDER BY 3;
INSERT INTO analytic.category_rollup
SELECT grain, date_bin(span, at, '1970-01-01 00:00:00+00'), 'category-' || abs(hashtext(product_id)) % 200, 'EUR', count(*),
       count(*), sum(minor), 0
FROM sold CROSS JOIN grain GROUP BY 1, 2, 3 ORDER BY 2;

INSERT INTO analytic.customer_spend_rollup
SELECT 'EUR', analytic.spend_floor(n * 1000), count(*), count(*), sum(n * 1000) FROM generate_series(1, 1000000) AS n GROUP BY 2;

INSERT INTO analytic.finding
SELECT gen_random_uuid(), 'similar_orders', 'customer:' || n, '2026-11-20T10',
       jsonb_build_object('order_count', 20, 'from', '2026-11-20T10:00:00Z', 'to', '2026-11-20T10:00:00Z', 'orders', orders),
       now() - make_interval(secs => n), now()
FROM generate_series(1, 1000) AS n CROSS JOIN (
    SELECT jsonb_agg(jsonb_build_object('order_id', repeat('x', 128), 'placed_at', '2026-11-20T10:00:00Z', 'currency', 'EUR',
                                        'amount_minor', 100000)) AS orders
    FROM generate_series(1, 20)) AS evidence;

INSERT INTO analytic.product_popularity
    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
SELECT md5(n::text)::uuid, (n * 7919::bigint) % 50000000, n, 0, 0, 0, 0, now() FROM generate_series(1, 1000000) AS n;
DROP TABLE sold, quarter, grain;

-- a year of recommendations, in every placement and group
INSERT INTO analytic.recommendation_count
SELECT current_date - n, placement, arm, 100000, 4000, 200
FROM generate_series(0, 400) AS n, unnest(ARRAY['viewed', 'bought', 'session', 'personal', 'again', 'cart']) AS placement,
     unnest(ARRAY['learned', 'control']) AS arm;
