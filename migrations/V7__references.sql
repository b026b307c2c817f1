-- Which product a reference counts for: an interaction that names a SKU counts for the product that back-end events
-- assign it to, whichever arrived first.

ALTER TABLE analytic.product_reference ADD COLUMN product_id text COLLATE "C";

COMMENT ON COLUMN analytic.product_reference.product_id IS
    'The product (SPU) that a SKU leads to. Null for a product''s own id, and as long as no product event names the SKU.';

-- The SKUs of a product, to sum up what they contributed.
CREATE INDEX product_reference_product_idx ON analytic.product_reference (product_id) WHERE product_id IS NOT NULL;

-- What each id has contributed to the popularity of its product: counts times weights.
CREATE VIEW analytic.reference_popularity AS
SELECT reference, sum(counted * weight_micros)::bigint AS score_micros,
       coalesce(sum(counted) FILTER (WHERE counter = 'view_count'), 0)::bigint AS view_count,
       coalesce(sum(counted) FILTER (WHERE counter = 'purchase_count'), 0)::bigint AS purchase_count,
       coalesce(sum(counted) FILTER (WHERE counter = 'favorite_count'), 0)::bigint AS favorite_count,
       coalesce(sum(counted) FILTER (WHERE counter = 'cart_count'), 0)::bigint AS cart_count,
       coalesce(sum(counted) FILTER (WHERE counter = 'review_count'), 0)::bigint AS review_count
FROM analytic.activity JOIN analytic.event_weight USING (event_type)
GROUP BY reference;
COMMENT ON VIEW analytic.reference_popularity IS
    'The popularity of each id that events name, from its counts. It moves when a SKU gets another product, and is multiplied anew when a weight changes.';

-- The mapping recounted from the event log, independently of how product_reference is written: a product's own id is
-- the product, and of several claims to a SKU the earliest counts.
CREATE VIEW analytic.mapping_recount AS
WITH reported AS (
    SELECT subject_id AS product_id, occurred_at, content FROM analytic.shop_event
    WHERE event_type IN ('product_created', 'product_updated')
)
SELECT reference, product_id FROM (
    SELECT DISTINCT ON (sku) sku AS reference, product_id FROM reported, jsonb_array_elements_text(content->'skus') AS sku
    ORDER BY sku, occurred_at, product_id) AS claim
WHERE reference NOT IN (SELECT product_id FROM reported);
COMMENT ON VIEW analytic.mapping_recount IS 'What product_reference.product_id must be, where it is not null.';

-- Whether each applied event counts, from the log alone: its place among the events of its actor, and of a guest's then
-- also among what is left of its network.
CREATE VIEW analytic.standing_recount AS
WITH applied AS (
    SELECT id, ref_id COLLATE "C" AS reference, event_type COLLATE "C" AS event_type, actor, network,
           bot OR EXISTS (
               SELECT FROM analytic.exclusion
               WHERE date_ended IS NULL AND exclusion.actor IN (logged.actor, logged.network) AND logged.occurred_at >= since) AS is_excluded,
           date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket, (occurred_at AT TIME ZONE 'UTC')::date AS day,
           -- what arrived later than the live lane admits is history, and counts in full
           date_created - occurred_at > interval '169 hours' AS is_history
    FROM analytic.interaction AS logged
    WHERE ref_type = 'Product' AND NOT EXISTS (
        SELECT FROM analytic.pending WHERE pending.sink = 'popularity' AND pending.interaction_id = logged.id)
), limited AS (
    SELECT applied.*, daily_cap, network_daily_cap
    FROM applied LEFT JOIN analytic.event_cap_period AS cap
        ON cap.event_type = applied.event_type AND day >= first_day AND day < end_day AND actor IS NOT NULL AND NOT is_history AND NOT is_excluded
), ranked AS (
    SELECT *, daily_cap IS NULL OR row_number() OVER (
        PARTITION BY reference, event_type, day, actor, network, daily_cap IS NULL ORDER BY bucket, id) <= daily_cap AS within_actor
    FROM limited
)
SELECT id, reference, event_type, bucket, is_excluded,
       NOT is_excluded AND within_actor AND (daily_cap IS NULL OR network IS NULL OR row_number() OVER (
           PARTITION BY reference, event_type, day, network, daily_cap IS NULL, within_actor ORDER BY bucket, id) <= network_daily_cap) AS counts,
       actor, network, day, daily_cap, network_daily_cap
FROM ranked;
COMMENT ON VIEW analytic.standing_recount IS 'Each applied event of a product, and whether it counts, is beyond a cap, or excluded; and of whom which cap it meets.';

-- Activity recounted from the log, by hours.
CREATE VIEW analytic.activity_recount AS
SELECT reference, bucket, event_type, count(*) FILTER (WHERE counts) AS counted, count(*) FILTER (WHERE NOT counts AND NOT is_excluded) AS capped,
       count(*) FILTER (WHERE is_excluded) AS excluded
FROM analytic.standing_recount
GROUP BY reference, bucket, event_type;
COMMENT ON VIEW analytic.activity_recount IS 'What activity was before anything was folded; read by "shopsignal verify".';

-- Popularity recounted from the log: every logged product event with a weight whose effect is not pending, and that counts.
CREATE VIEW analytic.reference_recount AS
SELECT standing.reference,
       sum(weight.weight_micros)::bigint AS score_micros,
       count(*) FILTER (WHERE weight.counter = 'view_count') AS view_count,
       count(*) FILTER (WHERE weight.counter = 'purchase_count') AS purchase_count,
       count(*) FILTER (WHERE weight.counter = 'favorite_count') AS favorite_count,
       count(*) FILTER (WHERE weight.counter = 'cart_count') AS cart_count,
       count(*) FILTER (WHERE weight.counter = 'review_count') AS review_count
FROM (SELECT * FROM analytic.standing_recount OFFSET 0) AS standing
JOIN analytic.event_weight AS weight USING (event_type)
WHERE counts
GROUP BY standing.reference;
COMMENT ON VIEW analytic.reference_recount IS 'The popularity of each id that interactions name.';

CREATE VIEW analytic.popularity_recount AS
SELECT coalesce(mapped.product_id, counted.reference) AS id, sum(score_micros)::bigint AS score_micros,
       sum(view_count)::bigint AS view_count, sum(purchase_count)::bigint AS purchase_count,
       sum(favorite_count)::bigint AS favorite_count, sum(cart_count)::bigint AS cart_count,
       sum(review_count)::bigint AS review_count
FROM analytic.reference_recount AS counted LEFT JOIN analytic.mapping_recount AS mapped USING (reference)
GROUP BY coalesce(mapped.product_id, counted.reference);
COMMENT ON VIEW analytic.popularity_recount IS 'What product_popularity must be; read by "shopsignal verify".';
