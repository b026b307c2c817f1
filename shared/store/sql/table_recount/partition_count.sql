-- store::table_recount::partition_count
-- how many events a day that is over has: what is counted once and never again
WITH compared AS MATERIALIZED (
    SELECT partition_name AS key, kept.product_events::text AS stored, counted.product_events::text AS recounted,
           kept.product_events <> counted.product_events AS differs
    FROM analytic.partition_count AS kept CROSS JOIN LATERAL (
        SELECT count(*) AS product_events FROM analytic.interaction
        WHERE tableoid = to_regclass('analytic.' || partition_name) AND ref_type = 'Product') AS counted
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
