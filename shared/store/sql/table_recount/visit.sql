-- store::table_recount::visit
-- the last week of a sample of visitors, another one every day: a visit is kept for longer than that (VISIT_RETENTION_DAYS)
WITH teaches AS MATERIALIZED (
    SELECT event_type, gain FROM analytic.learning_gain WHERE event_type NOT IN (SELECT event_type FROM analytic.learning_gain_change)
), visitor AS MATERIALIZED (
    SELECT visitor FROM analytic.learned_event JOIN teaches USING (event_type)
    WHERE occurred_at >= now() - interval '7 days' AND visitor IS NOT NULL
    GROUP BY visitor ORDER BY hashtext(visitor || current_date), visitor LIMIT 200
), event AS MATERIALIZED (
    SELECT visitor, id, reference, event_type, occurred_at, account_id, gain, is_unclear
    FROM visitor JOIN analytic.learned_event USING (visitor) LEFT JOIN teaches USING (event_type)
    WHERE event_type IN (SELECT event_type FROM analytic.learning_gain UNION SELECT event_type FROM analytic.learning_gain_change)
), clear AS (
    -- not those who were several accounts, or did more than a visit keeps
    SELECT visitor, kind FROM event CROSS JOIN LATERAL (SELECT split_part(visitor, ' ', 1) AS kind) AS its GROUP BY visitor, kind
    HAVING NOT bool_or(is_unclear OR gain IS NULL) AND count(*) <= 50 AND count(DISTINCT account_id) <= 1
), counted AS (
    SELECT visitor, array_agg(concat_ws(' ', id, reference, event_type) ORDER BY occurred_at, id) AS events FROM clear JOIN event USING (visitor)
    WHERE occurred_at >= now() - interval '7 days' GROUP BY visitor
), stored AS (
    SELECT clear.visitor, array_agg(concat_ws(' ', kept.id, product_id, kept.event_type) ORDER BY kept.place)
               FILTER (WHERE kept.at >= now() - interval '7 days' AND gained IN (0, gain)) AS events
    FROM clear JOIN analytic.visit ON visit.visitor = analytic.visitor_of(clear.kind, substr(clear.visitor, length(clear.kind) + 2))
    CROSS JOIN LATERAL unnest(event_ids, products, event_types, event_times, gains) WITH ORDINALITY AS kept (id, product_no, event_type, at, gained, place)
    LEFT JOIN analytic.learned_product USING (product_no) LEFT JOIN teaches ON teaches.event_type = kept.event_type GROUP BY clear.visitor
), compared AS MATERIALIZED (
    SELECT visitor AS key, left(stored.events::text, 200) AS stored, left(counted.events::text, 200) AS recounted,
           stored.events IS DISTINCT FROM counted.events AS differs
    FROM counted LEFT JOIN stored USING (visitor)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
