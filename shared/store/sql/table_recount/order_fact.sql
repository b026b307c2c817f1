-- store::table_recount::order_fact
-- what the rules about orders look back at is what the events that placed them say
WITH placed AS (
    SELECT id, subject_id AS order_id, content->>'customer' AS customer, occurred_at, content->'currency'->>'code' AS currency,
           content->>'total' AS total, content->'lines' AS lines
    FROM analytic.shop_event WHERE event_type = 'order_created'
), stated AS (
    SELECT id, ROW(order_id, customer, occurred_at, currency, CASE WHEN total IS NULL THEN summed.minor ELSE analytic.recount_minor(total, currency) END, summed.lines)::text AS fact
    FROM placed CROSS JOIN LATERAL (
        SELECT coalesce(sum(minor), 0)::bigint AS minor,
               -- domain::fraud::digest_lines: of each product its length, its name and its quantity
               substr(sha256(string_agg(int8send(octet_length(convert_to(named, 'UTF8'))) || convert_to(named, 'UTF8') || int8send(quantity), ''
                             ORDER BY convert_to(named, 'UTF8')) FILTER (WHERE named <> '')), 1, 16) AS lines
        FROM (SELECT line->>'reference' AS named, sum((line->>'quantity_milli')::bigint)::bigint AS quantity,
                     sum(analytic.recount_minor(coalesce(line->>'total',
                         ((line->>'price')::numeric * (line->>'quantity_milli')::numeric / 1000)::text), currency)) AS minor
              FROM jsonb_array_elements(lines) AS line GROUP BY 1) AS line) AS summed
), compared AS MATERIALIZED (
    SELECT id::text AS key, kept.fact AS stored, stated.fact AS recounted, kept.fact IS DISTINCT FROM stated.fact AS differs
    FROM (SELECT event_id AS id, ROW(order_id, customer, placed_at, currency, amount_minor, lines)::text AS fact FROM analytic.order_fact) AS kept
    FULL JOIN stated USING (id)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
