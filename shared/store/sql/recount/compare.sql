-- store::recount::compare
WITH compared AS MATERIALIZED (
    -- cells of zeros must not be stored, so only the recount omits them
    SELECT rollup, key, coalesce(stored.figures, '{}') AS stored, coalesce(recount.figures, '{}') AS recounted
    FROM analytic.sales_stored AS stored
    FULL JOIN (SELECT * FROM analytic.sales_recount WHERE 0 <> ANY (figures)) AS recount USING (rollup, key)
), different AS (
    SELECT * FROM compared WHERE stored IS DISTINCT FROM recounted
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS cells, (SELECT count(*) FROM different) AS differences,
       (SELECT count(*) FROM analytic.stale_projection) AS stale,
       example.rollup, example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM different ORDER BY rollup, key LIMIT $1) AS example ON true
ORDER BY example.rollup, example.key
