-- Which product a reference counts for: an interaction that names a SKU counts for the product that back-end events
-- assign it to, whichever arrived first.

ALTER TABLE analytic.product_reference ADD COLUMN product_id text COLLATE "C";

COMMENT ON COLUMN analytic.product_reference.product_id IS
    'The product (SPU) that a SKU leads to. Null for a product''s own id, and as long as no product event names the SKU.';

CREATE TABLE analytic.sku_popularity (
    reference      text COLLATE "C" PRIMARY KEY,
    score_micros   bigint NOT NULL,
    view_count     bigint NOT NULL,
    purchase_count bigint NOT NULL,
    favorite_count bigint NOT NULL,
    cart_count     bigint NOT NULL,
    review_count   bigint NOT NULL
);

COMMENT ON TABLE  analytic.sku_popularity IS
    'The share of a product''s popularity that was scored under a SKU, which moves when another product gets the SKU. One row per SKU that leads to a product and was scored.';
COMMENT ON COLUMN analytic.sku_popularity.reference IS 'The SKU.';
COMMENT ON COLUMN analytic.sku_popularity.score_micros IS 'Sum of the weights of the applied events that name it, in micro-points.';
COMMENT ON COLUMN analytic.sku_popularity.view_count IS 'As in product_popularity, of the events that name the SKU.';
COMMENT ON COLUMN analytic.sku_popularity.purchase_count IS 'As in product_popularity.';
COMMENT ON COLUMN analytic.sku_popularity.favorite_count IS 'As in product_popularity.';
COMMENT ON COLUMN analytic.sku_popularity.cart_count IS 'As in product_popularity.';
COMMENT ON COLUMN analytic.sku_popularity.review_count IS 'As in product_popularity.';

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

-- Popularity recounted from the log: every logged product event with a weight whose effect is not pending.
CREATE VIEW analytic.reference_recount AS
SELECT logged.ref_id AS reference,
       sum(weight.weight_micros)::bigint AS score_micros,
       count(*) FILTER (WHERE weight.counter = 'view_count') AS view_count,
       count(*) FILTER (WHERE weight.counter = 'purchase_count') AS purchase_count,
       count(*) FILTER (WHERE weight.counter = 'favorite_count') AS favorite_count,
       count(*) FILTER (WHERE weight.counter = 'cart_count') AS cart_count,
       count(*) FILTER (WHERE weight.counter = 'review_count') AS review_count
FROM (SELECT * FROM analytic.interaction WHERE ref_type = 'Product' OFFSET 0) AS logged
JOIN analytic.event_weight AS weight USING (event_type)
WHERE NOT EXISTS (
    SELECT FROM analytic.pending WHERE pending.sink = 'popularity' AND pending.interaction_id = logged.id)
GROUP BY logged.ref_id;
COMMENT ON VIEW analytic.reference_recount IS 'The popularity of each id that interactions name.';

CREATE VIEW analytic.popularity_recount AS
SELECT coalesce(mapped.product_id, counted.reference) AS id, sum(score_micros)::bigint AS score_micros,
       sum(view_count)::bigint AS view_count, sum(purchase_count)::bigint AS purchase_count,
       sum(favorite_count)::bigint AS favorite_count, sum(cart_count)::bigint AS cart_count,
       sum(review_count)::bigint AS review_count
FROM analytic.reference_recount AS counted LEFT JOIN analytic.mapping_recount AS mapped USING (reference)
GROUP BY coalesce(mapped.product_id, counted.reference);
COMMENT ON VIEW analytic.popularity_recount IS 'What product_popularity must be; read by "shopsignal verify".';
