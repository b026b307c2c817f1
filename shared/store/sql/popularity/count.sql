-- store::popularity::count
-- exact where counting is cheap; beyond that Postgres' estimate from the last vacuum or analyze, because counting a
-- million products would take a hundred times as long as the requested page. Each index holds the products of one standing
WITH mode AS MATERIALIZED (
    SELECT coalesce((SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1), false) AS announced_only
), noted AS MATERIALIZED (
    SELECT sum(reltuples)::bigint AS products FROM pg_class
    WHERE oid = 'analytic.product_popularity_announced_idx'::regclass
       OR oid = 'analytic.product_popularity_unknown_idx'::regclass AND NOT (SELECT announced_only FROM mode)
)
SELECT CASE WHEN products > 100000 THEN products
            ELSE (SELECT count(*) FROM analytic.product_popularity WHERE standing = 'announced')
               + CASE WHEN (SELECT announced_only FROM mode) THEN 0
                      ELSE (SELECT count(*) FROM analytic.product_popularity WHERE standing = 'unknown' AND id <> 'shopsignal-probe') END END
FROM noted
