-- store::table_recount::avoided_product
-- what accounts do not want to see, of all whose log says it
WITH event AS MATERIALIZED (
    SELECT * FROM analytic.learned_event
    WHERE account_id IS NOT NULL AND event_type IN ('dislike', 'hide_item', 'not_interested', 'report_product')
), unclear AS (
    SELECT account_id, reference FROM event WHERE is_unclear
    UNION SELECT account_id, claim.product_id FROM event JOIN analytic.product_sku AS claim ON claim.sku COLLATE "C" = event.reference
), counted AS (
    SELECT account_id, reference, min(occurred_at) AS since, array_agg(event_type) FILTER (WHERE occurred_at = earliest) AS event_types
    FROM (SELECT *, min(occurred_at) OVER (PARTITION BY account_id, reference) AS earliest FROM event) AS event GROUP BY account_id, reference
), stored AS (
    SELECT account_id, product_id AS reference, since, event_type FROM analytic.avoided_product JOIN analytic.learned_product USING (product_no)
    -- an erasure in progress has removed the events first
    WHERE account_id::text NOT IN (SELECT identity FROM analytic.erasure_identity WHERE kind = 'account')
), compared AS MATERIALIZED (
    SELECT account_id || ' ' || reference AS key, stored.event_type || ' ' || stored.since AS stored, counted.event_types::text || ' ' || counted.since AS recounted,
           -- of two at the same time, either
           (stored.since = counted.since AND stored.event_type = ANY (counted.event_types)) IS NOT TRUE AS differs
    FROM stored FULL JOIN counted USING (account_id, reference)
    LEFT JOIN (SELECT account_id, reference, true AS is_unclear FROM unclear) AS unclear USING (account_id, reference)
    WHERE is_unclear IS NULL
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
