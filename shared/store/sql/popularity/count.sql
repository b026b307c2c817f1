-- store::popularity::count
-- exact where counting is cheap; beyond that Postgres' estimate from the last vacuum or analyze, because counting a
-- million products would take a hundred times as long as the requested page
SELECT CASE WHEN noted.products > 100000 THEN noted.products
            ELSE (SELECT count(*) FROM analytic.product_popularity WHERE id <> 'shopsignal-probe') END
FROM (SELECT reltuples::bigint AS products FROM pg_class WHERE oid = 'analytic.product_popularity'::regclass) AS noted
