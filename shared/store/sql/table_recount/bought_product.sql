-- store::table_recount::bought_product
-- what accounts bought, of all whose log says it
WITH event AS MATERIALIZED (
    SELECT * FROM analytic.learned_event WHERE account_id IS NOT NULL AND event_type IN ('purchase', 'cancel_order')
), unclear AS (
    SELECT account_id, reference FROM event WHERE is_unclear
    UNION SELECT account_id, claim.product_id FROM event JOIN analytic.product_sku AS claim ON claim.sku COLLATE "C" = event.reference
), counted AS (
    SELECT account_id, reference, count(*) FILTER (WHERE event_type = 'purchase') AS purchases,
           count(*) FILTER (WHERE event_type = 'cancel_order') AS cancelled,
           min(occurred_at) FILTER (WHERE event_type = 'purchase') AS first_at, max(occurred_at) FILTER (WHERE event_type = 'purchase') AS last_at
    FROM event GROUP BY account_id, reference
), stored AS (
    -- a cancellation alone has no time of a purchase
    SELECT account_id, product_id AS reference, purchases::bigint, cancelled::bigint, CASE WHEN purchases > 0 THEN first_at END AS first_at,
           CASE WHEN purchases > 0 THEN last_at END AS last_at
    FROM analytic.bought_product JOIN analytic.learned_product USING (product_no)
    -- an erasure in progress has removed the events first
    WHERE account_id::text NOT IN (SELECT identity FROM analytic.erasure_identity WHERE kind = 'account')
), compared AS MATERIALIZED (
    SELECT account_id || ' ' || reference AS key,
           CASE WHEN stored.purchases IS NOT NULL THEN concat_ws(' ', stored.purchases, stored.cancelled, stored.first_at, stored.last_at) END AS stored,
           CASE WHEN counted.purchases IS NOT NULL THEN concat_ws(' ', counted.purchases, counted.cancelled, counted.first_at, counted.last_at) END AS recounted,
           (stored.purchases, stored.cancelled, stored.first_at, stored.last_at)
               IS DISTINCT FROM (counted.purchases, counted.cancelled, counted.first_at, counted.last_at) AS differs
    FROM stored FULL JOIN counted USING (account_id, reference)
    LEFT JOIN (SELECT account_id, reference, true AS is_unclear FROM unclear) AS unclear USING (account_id, reference)
    WHERE is_unclear IS NULL
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
