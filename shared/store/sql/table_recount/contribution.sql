-- store::table_recount::contribution
-- what all orders, opinions and users contribute, added up, is what the rollups hold: the next change of one of them takes
-- back what is kept here. Longer spans are compared with the log
WITH summed AS (
    SELECT kind, at, sum((figures->>'orders_placed')::bigint) AS placed, sum((figures->>'orders_paid')::bigint) AS paid,
           sum((figures->>'orders_cancelled')::bigint) AS cancelled, sum((figures->>'orders_returned')::bigint) AS returned,
           sum((figures->>'items_milli')::bigint) AS items, sum((figures->>'revenue_minor')::bigint) AS revenue,
           sum((figures->>'refund_minor')::bigint) AS refund, sum((figures->>'shipping_minor')::bigint) AS shipping,
           sum((figures->>'tax_minor')::bigint) AS tax, sum((figures->>'fee_minor')::bigint) AS fee,
           sum((figures->>'count')::bigint) AS count, sum((figures->>'score_micros')::bigint) AS score
    FROM analytic.projection CROSS JOIN LATERAL jsonb_array_elements(contribution::jsonb) AS pair (pair)
    CROSS JOIN LATERAL jsonb_each(pair->0) AS cell (kind, at) CROSS JOIN LATERAL (SELECT pair->1 AS figures) AS its
    GROUP BY kind, at
), contributed AS (
    SELECT CASE kind WHEN 'status' THEN 'order_status' WHEN 'users' THEN 'user' ELSE kind END AS rollup,
           CASE WHEN at ? 'minute' THEN ARRAY['minute', extract(epoch FROM (at->>'minute')::timestamptz)::bigint::text] ELSE '{}' END
           || CASE kind WHEN 'sales' THEN ARRAY[at->>'seller_id', at->>'currency', at->>'payment_method']
                        WHEN 'product' THEN ARRAY[at->>'seller_id', at->>'product_id', at->>'currency']
                        WHEN 'category' THEN ARRAY[at->>'category_id', at->>'currency']
                        WHEN 'customer' THEN ARRAY[at->>'customer_key', at->>'currency']
                        WHEN 'status' THEN ARRAY[at->>'seller_id', at->>'status']
                        WHEN 'rating' THEN ARRAY[at->>'product_id'] ELSE '{}' END AS key,
           -- a figure of 0 is not written
           ARRAY(SELECT coalesce(figure, 0)::bigint FROM unnest(
               CASE kind WHEN 'sales' THEN ARRAY[placed, paid, cancelled, returned, items, revenue, refund, shipping, tax, fee]
                         WHEN 'customer' THEN ARRAY[paid, revenue, refund] WHEN 'status' THEN ARRAY[count, items]
                         WHEN 'rating' THEN ARRAY[count, score] WHEN 'users' THEN ARRAY[count]
                         ELSE ARRAY[paid, items, revenue, refund] END) WITH ORDINALITY AS listed (figure, place) ORDER BY place) AS figures
    FROM summed
), kept AS (
    SELECT rollup, key, figures FROM analytic.sales_stored_of_log
    WHERE rollup IN ('sales', 'product', 'category', 'user') AND key[1] = 'minute' OR rollup IN ('customer', 'order_status', 'rating')
), compared AS MATERIALIZED (
    SELECT rollup || ' ' || array_to_string(key, ' ') AS key, kept.figures::text AS stored, contributed.figures::text AS recounted,
           kept.figures IS DISTINCT FROM contributed.figures AS differs
    FROM kept FULL JOIN (SELECT * FROM contributed WHERE 0 <> ANY (figures)) AS contributed USING (rollup, key)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
