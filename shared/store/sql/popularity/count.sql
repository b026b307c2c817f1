-- store::popularity::count
-- exact where counting is cheap; beyond that what Postgres noted at its last vacuum or analyze, because counting a
-- million products would take a hundred times as long as the page that is asked for
SELECT CASE WHEN noted.products > 100000 THEN noted.products
            ELSE (SELECT count(*) FROM analytic.product_popularity) END
FROM (SELECT reltuples::bigint AS products FROM pg_class WHERE oid = 'analytic.product_popularity'::regclass) AS noted
