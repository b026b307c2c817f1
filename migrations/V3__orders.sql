-- What the shop's back end said (the event log), what follows from it (orders, products, opinions, users), and the sales
-- figures that add it up. Everything but the log can be recounted from the log, and "shopsignal verify" does.

CREATE TABLE analytic.shop_event (
    id           uuid        PRIMARY KEY,
    fingerprint  bytea       NOT NULL,
    event_type   text        NOT NULL CHECK (event_type ~ '^[a-z][a-z0-9_]{0,63}$'),
    subject      text        NOT NULL CHECK (subject IN ('order', 'product', 'user', 'seller', 'rating', 'comment', 'click')),
    subject_id   text        NOT NULL,
    service      text        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    content      jsonb       NOT NULL,
    date_created timestamptz NOT NULL
);
CREATE INDEX shop_event_subject_idx ON analytic.shop_event (subject, subject_id);

COMMENT ON TABLE  analytic.shop_event IS 'The log of back-end events. Append-only; each event is in it once.';
COMMENT ON COLUMN analytic.shop_event.id IS 'The producer''s event id (a UUID, or UUID v5 of its text), or a keyed digest of type, subject, time and content.';
COMMENT ON COLUMN analytic.shop_event.fingerprint IS 'First 128 bits of SHA-256 over the content: the same id with another one is a conflict.';
COMMENT ON COLUMN analytic.shop_event.event_type IS 'The normalised name, such as order_created.';
COMMENT ON COLUMN analytic.shop_event.subject IS 'What the event is about.';
COMMENT ON COLUMN analytic.shop_event.subject_id IS 'Its id in the shop; for a user the customer key.';
COMMENT ON COLUMN analytic.shop_event.service IS 'The service that sent it; empty when it did not say.';
COMMENT ON COLUMN analytic.shop_event.occurred_at IS 'Event time: every figure is kept by it.';
COMMENT ON COLUMN analytic.shop_event.content IS 'The normalised event: ids, amounts in minor units, no personal data.';
COMMENT ON COLUMN analytic.shop_event.date_created IS 'Arrival time by the clock of Postgres.';

CREATE TABLE analytic.projection (
    subject      text   NOT NULL,
    subject_id   text   NOT NULL,
    contribution jsonb  NOT NULL DEFAULT '[]',
    derived      uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (subject, subject_id)
);

COMMENT ON TABLE  analytic.projection IS 'One row per order, product, opinion and user that events told of: its lock, and what it has caused so far.';
COMMENT ON COLUMN analytic.projection.subject IS 'order, product, rating, comment or user.';
COMMENT ON COLUMN analytic.projection.subject_id IS 'Its id.';
COMMENT ON COLUMN analytic.projection.contribution IS 'What it adds to the rollups at present, as pairs of cell and figures. A change moves the rollups by new less old.';
COMMENT ON COLUMN analytic.projection.derived IS 'Event ids of the interactions derived from it. Kept for ever, so that they happen once even after their keys are pruned.';

CREATE TABLE analytic.stale_projection (
    subject      text        NOT NULL,
    subject_id   text        NOT NULL,
    date_created timestamptz NOT NULL,
    PRIMARY KEY (subject, subject_id)
);

COMMENT ON TABLE  analytic.stale_projection IS 'Orders and opinions to be projected again, because a product that they name became known or changed.';
COMMENT ON COLUMN analytic.stale_projection.subject IS 'order, rating or comment.';
COMMENT ON COLUMN analytic.stale_projection.subject_id IS 'Its id.';
COMMENT ON COLUMN analytic.stale_projection.date_created IS 'Since when. The message that caused it is not acknowledged before the row is gone.';

CREATE TABLE analytic.sales_order (
    order_id            text        PRIMARY KEY,
    status              text        NOT NULL,
    customer_key        text,
    seller_id           text,
    currency            text,
    total_minor         bigint,
    payment_method      text        NOT NULL,
    paid_minor          bigint      NOT NULL,
    refund_minor        bigint      NOT NULL,
    placed_at           timestamptz,
    paid_at             timestamptz,
    shipped_at          timestamptz,
    delivered_at        timestamptz,
    cancelled_at        timestamptz,
    returned_at         timestamptz,
    refund_requested_at timestamptz
);
CREATE INDEX sales_order_customer_idx ON analytic.sales_order (customer_key, placed_at) WHERE customer_key IS NOT NULL;

COMMENT ON TABLE  analytic.sales_order IS 'The state of each order, folded from all of its events whatever order they came in.';
COMMENT ON COLUMN analytic.sales_order.order_id IS 'The id in the shop.';
COMMENT ON COLUMN analytic.sales_order.status IS 'The furthest status: unknown, created, confirmed, reserved, paid, shipped, delivered, rejected, cancelled or returned.';
COMMENT ON COLUMN analytic.sales_order.customer_key IS 'The shop''s customer id, or email:, the version of the key and a keyed hash; null as long as the creation is unknown.';
COMMENT ON COLUMN analytic.sales_order.seller_id IS 'The seller of the whole order, when there is one.';
COMMENT ON COLUMN analytic.sales_order.currency IS 'Currency of the lines, else of the first payment.';
COMMENT ON COLUMN analytic.sales_order.total_minor IS 'Total as the shop gave it, else the sum of the lines, in minor units.';
COMMENT ON COLUMN analytic.sales_order.payment_method IS 'How it is paid; empty when unknown.';
COMMENT ON COLUMN analytic.sales_order.paid_minor IS 'Money that came, in minor units of currency; payments in other currencies are in payment only.';
COMMENT ON COLUMN analytic.sales_order.refund_minor IS 'Money that went back, in minor units of currency.';
COMMENT ON COLUMN analytic.sales_order.placed_at IS 'When it was placed; null as long as only later events are known.';
COMMENT ON COLUMN analytic.sales_order.paid_at IS 'When the first money came.';
COMMENT ON COLUMN analytic.sales_order.shipped_at IS 'When it left.';
COMMENT ON COLUMN analytic.sales_order.delivered_at IS 'When it arrived.';
COMMENT ON COLUMN analytic.sales_order.cancelled_at IS 'When it was called off.';
COMMENT ON COLUMN analytic.sales_order.returned_at IS 'When it was sent back.';
COMMENT ON COLUMN analytic.sales_order.refund_requested_at IS 'When money was first asked back.';

CREATE TABLE analytic.order_line (
    order_id    text   NOT NULL,
    position    int    NOT NULL,
    reference   text   NOT NULL,
    product_id  text,
    seller_id   text   NOT NULL,
    category_id text   NOT NULL,
    quantity    bigint NOT NULL,
    price_minor bigint NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE INDEX order_line_reference_idx ON analytic.order_line (reference);

COMMENT ON TABLE  analytic.order_line IS 'What was ordered.';
COMMENT ON COLUMN analytic.order_line.order_id IS 'The order.';
COMMENT ON COLUMN analytic.order_line.position IS 'Place in the order, from 0.';
COMMENT ON COLUMN analytic.order_line.reference IS 'What was ordered, as the shop names it: SPU or SKU.';
COMMENT ON COLUMN analytic.order_line.product_id IS 'The product (SPU) that it is; null as long as no product event says so.';
COMMENT ON COLUMN analytic.order_line.seller_id IS 'Seller by line, order or product, in this precedence; empty when unknown.';
COMMENT ON COLUMN analytic.order_line.category_id IS 'Category by line or product; empty when unknown.';
COMMENT ON COLUMN analytic.order_line.quantity IS 'Pieces.';
COMMENT ON COLUMN analytic.order_line.price_minor IS 'Price of a piece in minor units of the order''s currency.';

CREATE TABLE analytic.payment (
    order_id     text   NOT NULL,
    payment_id   text   NOT NULL,
    status       text   NOT NULL,
    amount_minor bigint NOT NULL,
    currency     text   NOT NULL,
    method       text   NOT NULL,
    paid_at      timestamptz,
    refunded_at  timestamptz,
    PRIMARY KEY (order_id, payment_id)
);

COMMENT ON TABLE  analytic.payment IS 'Payments of orders.';
COMMENT ON COLUMN analytic.payment.order_id IS 'The order.';
COMMENT ON COLUMN analytic.payment.payment_id IS 'The producer''s id, or the id of the event that told of it.';
COMMENT ON COLUMN analytic.payment.status IS 'The furthest status: pending, failed, succeeded or refunded.';
COMMENT ON COLUMN analytic.payment.amount_minor IS 'The amount in minor units.';
COMMENT ON COLUMN analytic.payment.currency IS 'Its currency.';
COMMENT ON COLUMN analytic.payment.method IS 'How; empty when unknown.';
COMMENT ON COLUMN analytic.payment.paid_at IS 'When the money came; null as long as no event says so.';
COMMENT ON COLUMN analytic.payment.refunded_at IS 'When it went back.';

CREATE TABLE analytic.product (
    product_id  text        PRIMARY KEY,
    seller_id   text,
    category_id text,
    name        text,
    deleted_at  timestamptz
);
CREATE INDEX product_seller_idx ON analytic.product (seller_id);

COMMENT ON TABLE  analytic.product IS 'What product events told of each product (SPU). The first seller and category stay, the last name counts.';
COMMENT ON COLUMN analytic.product.product_id IS 'The SPU id.';
COMMENT ON COLUMN analytic.product.seller_id IS 'Seller; null when no event named one.';
COMMENT ON COLUMN analytic.product.category_id IS 'Category; null when no event named one.';
COMMENT ON COLUMN analytic.product.name IS 'Name.';
COMMENT ON COLUMN analytic.product.deleted_at IS 'When it was withdrawn.';

CREATE TABLE analytic.product_sku (
    sku        text        NOT NULL,
    product_id text        NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (sku, product_id)
);

COMMENT ON TABLE  analytic.product_sku IS 'Which product a SKU is. When several claim it, the earliest claim counts.';
COMMENT ON COLUMN analytic.product_sku.sku IS 'The SKU.';
COMMENT ON COLUMN analytic.product_sku.product_id IS 'The product (SPU).';
COMMENT ON COLUMN analytic.product_sku.claimed_at IS 'Event time of the first claim.';

CREATE TABLE analytic.product_reference (
    reference text COLLATE "C" PRIMARY KEY
);

COMMENT ON TABLE  analytic.product_reference IS 'Every id by which a line, an opinion or a product event named a product. Only locked: whoever changes what it leads to locks it FOR UPDATE, whoever relies on it FOR KEY SHARE.';
COMMENT ON COLUMN analytic.product_reference.reference IS 'SPU id or SKU.';

CREATE TABLE analytic.opinion (
    subject      text NOT NULL CHECK (subject IN ('rating', 'comment')),
    opinion_id   text NOT NULL,
    reference    text,
    product_id   text,
    customer_key text,
    score_micros bigint,
    given_at     timestamptz,
    deleted      boolean NOT NULL,
    PRIMARY KEY (subject, opinion_id)
);
CREATE INDEX opinion_reference_idx ON analytic.opinion (reference);

COMMENT ON TABLE  analytic.opinion IS 'Ratings and comments.';
COMMENT ON COLUMN analytic.opinion.subject IS 'rating or comment.';
COMMENT ON COLUMN analytic.opinion.opinion_id IS 'Its id in the shop.';
COMMENT ON COLUMN analytic.opinion.reference IS 'The product, as the shop names it.';
COMMENT ON COLUMN analytic.opinion.product_id IS 'The product (SPU) that it is; null as long as that is unknown.';
COMMENT ON COLUMN analytic.opinion.customer_key IS 'Whose opinion.';
COMMENT ON COLUMN analytic.opinion.score_micros IS 'The current rating in millionths of its scale.';
COMMENT ON COLUMN analytic.opinion.given_at IS 'When it was given; null as long as only changes of it are known.';
COMMENT ON COLUMN analytic.opinion.deleted IS 'Whether it was taken back.';

CREATE TABLE analytic.shop_user (
    user_key      text PRIMARY KEY,
    registered_at timestamptz,
    deleted_at    timestamptz
);

COMMENT ON TABLE  analytic.shop_user IS 'Users that events told of.';
COMMENT ON COLUMN analytic.shop_user.user_key IS 'The shop''s user id, or email:, the version of the key and a keyed hash.';
COMMENT ON COLUMN analytic.shop_user.registered_at IS 'When the user registered; null when only other events are known.';
COMMENT ON COLUMN analytic.shop_user.deleted_at IS 'When the user left.';

CREATE TABLE analytic.sales_rollup (
    seller_id        text        NOT NULL,
    grain            text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket           timestamptz NOT NULL,
    currency         text        NOT NULL,
    payment_method   text        NOT NULL,
    orders_placed    bigint      NOT NULL,
    orders_paid      bigint      NOT NULL,
    orders_cancelled bigint      NOT NULL,
    orders_returned  bigint      NOT NULL,
    items            bigint      NOT NULL,
    revenue_minor    bigint      NOT NULL,
    refund_minor     bigint      NOT NULL,
    PRIMARY KEY (seller_id, grain, bucket, currency, payment_method)
);

COMMENT ON TABLE  analytic.sales_rollup IS 'Sales by time, seller, currency and payment method.';
COMMENT ON COLUMN analytic.sales_rollup.seller_id IS 'The seller; empty is the whole shop, where an order of several sellers counts once.';
COMMENT ON COLUMN analytic.sales_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.sales_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.sales_rollup.currency IS 'Currency; amounts of two are never added.';
COMMENT ON COLUMN analytic.sales_rollup.payment_method IS 'How it was paid; empty when unknown.';
COMMENT ON COLUMN analytic.sales_rollup.orders_placed IS 'Orders, at the time they were placed.';
COMMENT ON COLUMN analytic.sales_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.sales_rollup.orders_cancelled IS 'Orders, at the time they were called off.';
COMMENT ON COLUMN analytic.sales_rollup.orders_returned IS 'Orders, at the time they were first sent back.';
COMMENT ON COLUMN analytic.sales_rollup.items IS 'Pieces of those.';
COMMENT ON COLUMN analytic.sales_rollup.revenue_minor IS 'Money that came, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.sales_rollup.refund_minor IS 'Money that went back, in minor units, at the time of each refund. Net is revenue less this.';

CREATE TABLE analytic.product_rollup (
    seller_id     text        NOT NULL,
    grain         text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket        timestamptz NOT NULL,
    product_id    text        NOT NULL,
    currency      text        NOT NULL,
    orders_paid   bigint      NOT NULL,
    items         bigint      NOT NULL,
    revenue_minor bigint      NOT NULL,
    refund_minor  bigint      NOT NULL,
    PRIMARY KEY (seller_id, grain, bucket, product_id, currency)
);
CREATE INDEX product_rollup_bucket_idx ON analytic.product_rollup (grain, bucket);

COMMENT ON TABLE  analytic.product_rollup IS 'Sales by time, product and seller.';
COMMENT ON COLUMN analytic.product_rollup.seller_id IS 'The seller; empty when unknown. Here nothing stands for the whole shop: it is the sum.';
COMMENT ON COLUMN analytic.product_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.product_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.product_rollup.product_id IS 'The product (SPU), or the id in the order as long as that is unknown.';
COMMENT ON COLUMN analytic.product_rollup.currency IS 'Currency; amounts of two are never added.';
COMMENT ON COLUMN analytic.product_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.product_rollup.items IS 'Pieces of those.';
COMMENT ON COLUMN analytic.product_rollup.revenue_minor IS 'Money that came, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.product_rollup.refund_minor IS 'Money that went back, in minor units, at the time of each refund. Net is revenue less this.';

CREATE TABLE analytic.category_rollup (
    grain         text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket        timestamptz NOT NULL,
    category_id   text        NOT NULL,
    currency      text        NOT NULL,
    orders_paid   bigint      NOT NULL,
    items         bigint      NOT NULL,
    revenue_minor bigint      NOT NULL,
    refund_minor  bigint      NOT NULL,
    PRIMARY KEY (grain, bucket, category_id, currency)
);

COMMENT ON TABLE  analytic.category_rollup IS 'Sales by time and category.';
COMMENT ON COLUMN analytic.category_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.category_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.category_rollup.category_id IS 'The category; empty when unknown.';
COMMENT ON COLUMN analytic.category_rollup.currency IS 'Currency; amounts of two are never added.';
COMMENT ON COLUMN analytic.category_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.category_rollup.items IS 'Pieces of those.';
COMMENT ON COLUMN analytic.category_rollup.revenue_minor IS 'Money that came, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.category_rollup.refund_minor IS 'Money that went back, in minor units, at the time of each refund. Net is revenue less this.';

CREATE TABLE analytic.customer_rollup (
    customer_key  text        NOT NULL,
    currency      text        NOT NULL,
    orders_paid   bigint      NOT NULL,
    revenue_minor bigint      NOT NULL,
    refund_minor  bigint      NOT NULL,
    PRIMARY KEY (customer_key, currency)
);

COMMENT ON TABLE  analytic.customer_rollup IS 'What each customer spent.';
COMMENT ON COLUMN analytic.customer_rollup.customer_key IS 'The customer.';
COMMENT ON COLUMN analytic.customer_rollup.currency IS 'Currency; amounts of two are never added.';
COMMENT ON COLUMN analytic.customer_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.customer_rollup.revenue_minor IS 'Money that came, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.customer_rollup.refund_minor IS 'Money that went back, in minor units, at the time of each refund. Net is revenue less this.';

CREATE TABLE analytic.order_status_rollup (
    seller_id text        NOT NULL,
    status    text        NOT NULL,
    orders    bigint      NOT NULL,
    items     bigint      NOT NULL,
    PRIMARY KEY (seller_id, status)
);

COMMENT ON TABLE  analytic.order_status_rollup IS 'Orders by where they stand.';
COMMENT ON COLUMN analytic.order_status_rollup.seller_id IS 'The seller; empty is the whole shop.';
COMMENT ON COLUMN analytic.order_status_rollup.status IS 'As in sales_order.';
COMMENT ON COLUMN analytic.order_status_rollup.orders IS 'Orders.';
COMMENT ON COLUMN analytic.order_status_rollup.items IS 'Their pieces.';

CREATE TABLE analytic.rating_rollup (
    product_id   text        NOT NULL PRIMARY KEY,
    ratings      bigint      NOT NULL,
    score_micros bigint      NOT NULL
);

COMMENT ON TABLE  analytic.rating_rollup IS 'Ratings of each product that are not taken back.';
COMMENT ON COLUMN analytic.rating_rollup.product_id IS 'The product (SPU).';
COMMENT ON COLUMN analytic.rating_rollup.ratings IS 'How many.';
COMMENT ON COLUMN analytic.rating_rollup.score_micros IS 'Sum of their scores, in millionths of the scale.';

CREATE TABLE analytic.user_rollup (
    grain      text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket     timestamptz NOT NULL,
    registered bigint      NOT NULL,
    PRIMARY KEY (grain, bucket)
);

COMMENT ON TABLE  analytic.user_rollup IS 'Users registered by time.';
COMMENT ON COLUMN analytic.user_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.user_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.user_rollup.registered IS 'Users.';

CREATE TABLE analytic.event_rollup (
    grain      text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket     timestamptz NOT NULL,
    service    text        NOT NULL,
    event_type text        NOT NULL,
    events     bigint      NOT NULL,
    PRIMARY KEY (grain, bucket, service, event_type)
);

COMMENT ON TABLE  analytic.event_rollup IS 'Events of the log by time, service and type.';
COMMENT ON COLUMN analytic.event_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.event_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.event_rollup.service IS 'The service; empty when unknown.';
COMMENT ON COLUMN analytic.event_rollup.event_type IS 'The normalised name.';
COMMENT ON COLUMN analytic.event_rollup.events IS 'Events.';

-- The sales figures and order states counted anew from the log alone, by other means than the projection uses: one query
-- over all events instead of a fold per order. Each row is one cell: the table, its key as texts, its figures. Times are
-- seconds since 1970.
CREATE VIEW analytic.sales_recount AS
WITH creation AS (
    -- several services may tell of one order: the earliest with lines says what was ordered, the earliest that names the rest says that
    SELECT order_id, customer_key, seller_id, method, main->>'currency' AS currency, main->'lines' AS lines FROM (
        SELECT subject_id AS order_id,
               (array_agg(content->>'customer' ORDER BY occurred_at, id) FILTER (WHERE content->>'customer' IS NOT NULL))[1] AS customer_key,
               (array_agg(content->>'seller_id' ORDER BY occurred_at, id) FILTER (WHERE content->>'seller_id' IS NOT NULL))[1] AS seller_id,
               (array_agg(content->>'payment_method' ORDER BY occurred_at, id)
                    FILTER (WHERE coalesce(content->>'payment_method', '') <> ''))[1] AS method,
               (array_agg(content ORDER BY jsonb_array_length(content->'lines') = 0, occurred_at, id))[1] AS main
        FROM analytic.shop_event WHERE event_type = 'order_created' GROUP BY subject_id) AS told
), paying AS (
    SELECT subject_id AS order_id, coalesce(content->>'payment_id', id::text) AS payment_id, content->>'payment_id' AS given_id,
           occurred_at, id, content->>'status' AS status, (content->'amount'->>'minor')::bigint AS minor,
           content->'amount'->>'currency' AS currency, content->>'method' AS method
    FROM analytic.shop_event WHERE event_type = 'payment_processed'
), paid AS (
    -- the first success of each payment is money that came
    SELECT DISTINCT ON (order_id, payment_id) order_id, payment_id, occurred_at, minor, currency
    FROM paying WHERE status = 'succeeded' ORDER BY order_id, payment_id, occurred_at, id
), payment AS (
    SELECT order_id, payment_id, min(occurred_at) AS first_at,
           (array_agg(method ORDER BY occurred_at, id) FILTER (WHERE method IS NOT NULL))[1] AS method,
           (array_agg(currency ORDER BY occurred_at, id))[1] AS first_currency, (array_agg(id ORDER BY occurred_at, id))[1] AS first_id
    FROM paying GROUP BY order_id, payment_id
), reached AS (
    SELECT order_id, status, min(occurred_at) AS at FROM (
        SELECT subject_id AS order_id, occurred_at, CASE event_type
            WHEN 'order_created' THEN 'created' WHEN 'inventory_reserved' THEN 'reserved' WHEN 'order_shipped' THEN 'shipped'
            WHEN 'order_delivered' THEN 'delivered' WHEN 'order_cancelled' THEN 'cancelled' WHEN 'order_returned' THEN 'returned'
            WHEN 'order_validated' THEN CASE WHEN (content->>'valid')::boolean THEN 'confirmed' ELSE 'rejected' END
            WHEN 'order_status_updated' THEN content->>'status'
            WHEN 'payment_processed' THEN CASE WHEN content->>'status' = 'succeeded' THEN 'paid' END END AS status
        FROM analytic.shop_event WHERE subject = 'order') AS told
    WHERE status IS NOT NULL GROUP BY order_id, status
), rank (status, rank) AS (
    VALUES ('unknown', 0), ('created', 1), ('confirmed', 2), ('reserved', 3), ('paid', 4), ('shipped', 5), ('delivered', 6),
           ('rejected', 7), ('cancelled', 8), ('returned', 9)
), stood AS (
    -- the furthest status
    SELECT DISTINCT ON (order_id) order_id, status FROM reached JOIN rank USING (status) ORDER BY order_id, rank DESC
), tender AS (
    -- what payments tell of an order that tells nothing itself, by the time of their first event
    SELECT order_id, (array_agg(coalesce(paid.currency, first_currency) ORDER BY first_at, first_id))[1] AS currency,
           (array_agg(method ORDER BY first_at, first_id) FILTER (WHERE method IS NOT NULL))[1] AS method
    FROM payment LEFT JOIN paid USING (order_id, payment_id) GROUP BY order_id
), orders AS (
    SELECT order_id, creation.customer_key, creation.seller_id, creation.lines, coalesce(stood.status, 'unknown') AS status,
           coalesce(creation.currency, tender.currency) AS currency, coalesce(creation.method, tender.method, '') AS method
    FROM (SELECT DISTINCT subject_id AS order_id FROM analytic.shop_event WHERE subject = 'order') AS known
    LEFT JOIN creation USING (order_id) LEFT JOIN stood USING (order_id) LEFT JOIN tender USING (order_id)
), product AS (
    SELECT subject_id AS product_id,
           (array_agg(content->>'seller_id' ORDER BY occurred_at, id) FILTER (WHERE content->>'seller_id' IS NOT NULL))[1] AS seller_id,
           (array_agg(content->>'category_id' ORDER BY occurred_at, id) FILTER (WHERE content->>'category_id' IS NOT NULL))[1] AS category_id
    FROM analytic.shop_event WHERE event_type IN ('product_created', 'product_updated') GROUP BY subject_id
), reference AS (
    SELECT product_id AS reference, product_id FROM product
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (sku) sku, subject_id FROM analytic.shop_event, jsonb_array_elements_text(content->'skus') AS sku
        WHERE event_type IN ('product_created', 'product_updated') ORDER BY sku, occurred_at, subject_id) AS claim
    WHERE sku NOT IN (SELECT product_id FROM product)
), line AS (
    SELECT orders.order_id, position - 1 AS position, reference.product_id AS known_id,
           coalesce(reference.product_id, item->>'reference') AS product_id,
           coalesce(item->>'seller_id', orders.seller_id, product.seller_id, '') AS seller_id,
           coalesce(item->>'category_id', product.category_id, '') AS category_id,
           (item->>'quantity')::bigint AS quantity, (item->>'price_minor')::bigint AS price_minor,
           sum((item->>'quantity')::numeric * (item->>'price_minor')::numeric) OVER upto AS upto,
           (item->>'quantity')::numeric * (item->>'price_minor')::numeric AS weight,
           sum((item->>'quantity')::numeric * (item->>'price_minor')::numeric) OVER (PARTITION BY orders.order_id) AS total
    FROM orders CROSS JOIN LATERAL jsonb_array_elements(orders.lines) WITH ORDINALITY AS lines (item, position)
    LEFT JOIN reference ON reference.reference = item->>'reference' LEFT JOIN product ON product.product_id = reference.product_id
    WINDOW upto AS (PARTITION BY orders.order_id ORDER BY position)
), scope AS (
    SELECT order_id, '' AS seller_id, coalesce(sum(quantity), 0) AS items FROM orders LEFT JOIN line USING (order_id) GROUP BY order_id
    UNION ALL
    SELECT order_id, seller_id, sum(quantity) FROM line WHERE seller_id <> '' GROUP BY order_id, seller_id
    UNION ALL
    SELECT order_id, seller_id, 0 FROM orders WHERE seller_id IS NOT NULL AND jsonb_array_length(lines) = 0
), wish AS (
    -- what each event asks back; null is the rest of what was paid
    SELECT subject_id AS order_id, occurred_at, id, content->'refund'->>'currency' AS currency, (content->'refund'->>'minor')::numeric AS minor
    FROM analytic.shop_event WHERE event_type = 'order_returned' AND content->'refund'->>'minor' IS NOT NULL
    UNION ALL
    SELECT subject_id, occurred_at, id, NULL, NULL FROM analytic.shop_event AS back
    WHERE subject = 'order' AND (event_type = 'order_returned' OR event_type = 'order_status_updated' AND content->>'status' = 'returned')
      AND NOT EXISTS (SELECT FROM analytic.shop_event AS named WHERE named.subject = 'order' AND named.subject_id = back.subject_id
                      AND named.event_type = 'order_returned' AND named.content->'refund'->>'minor' IS NOT NULL)
    UNION ALL
    SELECT subject_id, occurred_at, id, NULL, NULL FROM analytic.shop_event
    WHERE event_type = 'order_cancelled' OR event_type = 'order_status_updated' AND content->>'status' = 'cancelled'
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (paying.order_id, paying.payment_id) paying.order_id, paying.occurred_at, paying.id, paid.currency, paid.minor::numeric
        FROM paying JOIN paid USING (order_id, payment_id) WHERE paying.status = 'refunded' AND paying.given_id IS NOT NULL
        ORDER BY paying.order_id, paying.payment_id, paying.occurred_at, paying.id) AS payment_refund
), purse AS (
    SELECT order_id, currency, sum(minor) AS minor FROM paid GROUP BY order_id, currency
), granted AS (
    -- wishes are granted in the order of their time until the purse is empty
    SELECT order_id, wish.occurred_at, purse.currency,
           least(sum(coalesce(wish.minor, purse.minor)) OVER upto, purse.minor)
           - least(sum(coalesce(wish.minor, purse.minor)) OVER upto - coalesce(wish.minor, purse.minor), purse.minor) AS minor
    FROM wish JOIN purse USING (order_id) WHERE wish.currency IS NULL OR wish.currency = purse.currency
    WINDOW upto AS (PARTITION BY order_id, purse.currency ORDER BY wish.occurred_at, wish.id)
), moved AS (
    SELECT paid.order_id, paid.occurred_at AS at, paid.currency, coalesce(payment.method, orders.method) AS method,
           paid.minor::numeric AS revenue, 0::numeric AS refund
    FROM paid JOIN payment USING (order_id, payment_id) JOIN orders USING (order_id)
    UNION ALL
    SELECT order_id, occurred_at, granted.currency, orders.method, 0, minor FROM granted JOIN orders USING (order_id)
), part AS (
    -- the share of each line: what falls to the lines up to it, less what falls to those before
    SELECT moved.order_id, at, currency, method, line.seller_id, product_id, category_id,
           CASE WHEN total = 0 THEN CASE WHEN position = 0 THEN revenue ELSE 0 END
                ELSE div(revenue * upto, total) - div(revenue * (upto - weight), total) END AS revenue,
           CASE WHEN total = 0 THEN CASE WHEN position = 0 THEN refund ELSE 0 END
                ELSE div(refund * upto, total) - div(refund * (upto - weight), total) END AS refund
    FROM moved JOIN line USING (order_id)
), sold AS (
    SELECT order_id, at, currency FROM orders JOIN reached USING (order_id) WHERE reached.status = 'paid' AND currency IS NOT NULL
), sales AS (
    -- columns: time, key without time, placed, paid, cancelled, returned, items, revenue, refund
    SELECT at, ARRAY[scope.seller_id, currency, method] AS key, (reached.status = 'created')::int AS placed, (reached.status = 'paid')::int AS paid,
           (reached.status = 'cancelled')::int AS cancelled, (reached.status = 'returned')::int AS returned,
           CASE WHEN reached.status = 'paid' THEN items ELSE 0 END AS items, 0::numeric AS revenue, 0::numeric AS refund
    FROM orders JOIN reached USING (order_id) JOIN scope USING (order_id) WHERE currency IS NOT NULL
    UNION ALL SELECT at, ARRAY['', currency, method], 0, 0, 0, 0, 0, revenue, refund FROM moved
    UNION ALL SELECT at, ARRAY[seller_id, currency, method], 0, 0, 0, 0, 0, revenue, refund FROM part WHERE seller_id <> ''
    UNION ALL SELECT at, ARRAY[orders.seller_id, moved.currency, moved.method], 0, 0, 0, 0, 0, revenue, refund
    FROM moved JOIN orders USING (order_id) WHERE orders.seller_id IS NOT NULL AND jsonb_array_length(lines) = 0
), products AS (
    SELECT at, ARRAY[seller_id, product_id, currency] AS key, 1 AS paid, sum(quantity) AS items, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN line USING (order_id) GROUP BY order_id, at, seller_id, product_id, currency
    UNION ALL SELECT at, ARRAY[seller_id, product_id, currency], 0, 0, revenue, refund FROM part
), categories AS (
    SELECT at, ARRAY[category_id, currency] AS key, 1 AS paid, sum(quantity) AS items, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN line USING (order_id) GROUP BY order_id, at, category_id, currency
    UNION ALL SELECT at, ARRAY[category_id, currency], 0, 0, revenue, refund FROM part
), customers AS (
    SELECT ARRAY[customer_key, sold.currency] AS key, 1 AS paid, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN orders USING (order_id) WHERE customer_key IS NOT NULL
    UNION ALL SELECT ARRAY[customer_key, moved.currency], 0, revenue, refund FROM moved JOIN orders USING (order_id) WHERE customer_key IS NOT NULL
), opinion AS (
    SELECT subject, subject_id, bool_or(event_type LIKE '%deleted') AS deleted,
           (array_agg(content->>'reference' ORDER BY occurred_at, id) FILTER (WHERE content->>'reference' IS NOT NULL))[1] AS reference,
           (array_agg((content->>'score_micros')::bigint ORDER BY occurred_at DESC, id DESC) FILTER (WHERE content->>'score_micros' IS NOT NULL))[1] AS score_micros,
           (array_agg((content->>'score_micros')::bigint ORDER BY occurred_at, id) FILTER (WHERE event_type IN ('rating_added', 'comment_created')))[1] AS first_score,
           bool_or(event_type IN ('rating_added', 'comment_created')) AS given
    FROM analytic.shop_event WHERE subject IN ('rating', 'comment') GROUP BY subject, subject_id
), derived AS (
    SELECT cause.event_type, known_id AS product_id FROM line JOIN reached USING (order_id)
    JOIN (VALUES ('created', 'checkout_started'), ('paid', 'purchase'), ('cancelled', 'cancel_order'), ('returned', 'return_product'))
         AS cause (status, event_type) USING (status)
    UNION ALL
    SELECT 'refund_requested', known_id FROM line WHERE EXISTS (
        SELECT FROM analytic.shop_event AS asked WHERE asked.subject = 'order' AND asked.subject_id = line.order_id
        AND (asked.event_type = 'order_returned' AND asked.content->'refund'->>'minor' IS NOT NULL
             OR asked.event_type = 'payment_processed' AND asked.content->>'status' = 'refunded'))
    UNION ALL
    SELECT CASE WHEN subject = 'comment' THEN 'write_review' WHEN first_score >= 800000 THEN 'rating_high'
                WHEN first_score >= 400000 THEN 'rating_medium' ELSE 'rating_low' END, product_id
    FROM opinion JOIN reference USING (reference) WHERE given AND (subject = 'comment' OR first_score IS NOT NULL)
), grain (grain, span) AS (
    VALUES ('minute', interval '1 minute'), ('quarter', interval '15 minutes'), ('day', interval '1 day')
), cell AS (
    SELECT 'sales' AS rollup, grain, at, key, ARRAY[placed, paid, cancelled, returned, items, revenue, refund]::numeric[] AS figures, span FROM sales CROSS JOIN grain
    UNION ALL SELECT 'product', grain, at, key, ARRAY[paid, items, revenue, refund]::numeric[], span FROM products CROSS JOIN grain
    UNION ALL SELECT 'category', grain, at, key, ARRAY[paid, items, revenue, refund]::numeric[], span FROM categories CROSS JOIN grain
    UNION ALL SELECT 'user', grain, registered_at, '{}', ARRAY[1], span FROM (
        SELECT min(occurred_at) AS registered_at FROM analytic.shop_event WHERE event_type = 'user_registered' GROUP BY subject_id) AS users CROSS JOIN grain
    UNION ALL SELECT 'event', grain, occurred_at, ARRAY[service, event_type], ARRAY[1], span FROM analytic.shop_event CROSS JOIN grain
    UNION ALL SELECT 'customer', NULL, NULL, key, ARRAY[paid, revenue, refund]::numeric[], NULL FROM customers
    UNION ALL SELECT 'order_status', NULL, NULL, ARRAY[scope.seller_id, status], ARRAY[1, items]::numeric[], NULL FROM orders JOIN scope USING (order_id)
    UNION ALL SELECT 'rating', NULL, NULL, ARRAY[product_id], ARRAY[1, score_micros]::numeric[], NULL
    FROM opinion JOIN reference USING (reference) WHERE NOT deleted AND score_micros IS NOT NULL
    UNION ALL SELECT 'sales_order', NULL, NULL, ARRAY[order_id, status, coalesce(customer_key, ''), coalesce(orders.currency, ''), method],
        ARRAY[1, coalesce(purse.minor, 0), coalesce(gone.minor, 0)], NULL
    FROM orders LEFT JOIN purse USING (order_id, currency)
    LEFT JOIN (SELECT order_id, currency, sum(minor) AS minor FROM granted GROUP BY order_id, currency) AS gone USING (order_id, currency)
    UNION ALL SELECT 'order_line', NULL, NULL, ARRAY[order_id, position::text, coalesce(known_id, ''), seller_id, category_id],
        ARRAY[quantity, price_minor]::numeric[], NULL FROM line
    UNION ALL SELECT 'payment', NULL, NULL, ARRAY[order_id, payment_id, paid.currency], ARRAY[1, minor]::numeric[], NULL FROM paid
    UNION ALL SELECT 'derived', NULL, NULL, ARRAY[event_type], ARRAY[1], NULL FROM derived
    -- the nil UUID names nothing
    WHERE product_id <> '00000000-0000-0000-0000-000000000000'
)
SELECT rollup, CASE WHEN grain IS NULL THEN key
                    ELSE ARRAY[grain, extract(epoch FROM date_bin(span, at, '1970-01-01 00:00:00+00'))::bigint::text] || key END AS key,
       (ARRAY[sum(figures[1]), sum(figures[2]), sum(figures[3]), sum(figures[4]), sum(figures[5]), sum(figures[6]),
              sum(figures[7])])[1:min(array_length(figures, 1))]::bigint[] AS figures
FROM cell GROUP BY 1, 2;
COMMENT ON VIEW analytic.sales_recount IS 'What the rollups, order states and derived interactions must be; read by "shopsignal verify".';

CREATE VIEW analytic.sales_stored AS
SELECT 'sales' AS rollup, ARRAY[grain, extract(epoch FROM bucket)::bigint::text, seller_id, currency, payment_method] AS key,
       ARRAY[orders_placed, orders_paid, orders_cancelled, orders_returned, items, revenue_minor, refund_minor] AS figures FROM analytic.sales_rollup
UNION ALL SELECT 'product', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, seller_id, product_id, currency],
       ARRAY[orders_paid, items, revenue_minor, refund_minor] FROM analytic.product_rollup
UNION ALL SELECT 'category', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, category_id, currency],
       ARRAY[orders_paid, items, revenue_minor, refund_minor] FROM analytic.category_rollup
UNION ALL SELECT 'user', ARRAY[grain, extract(epoch FROM bucket)::bigint::text], ARRAY[registered] FROM analytic.user_rollup
UNION ALL SELECT 'event', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, service, event_type], ARRAY[events] FROM analytic.event_rollup
UNION ALL SELECT 'customer', ARRAY[customer_key, currency], ARRAY[orders_paid, revenue_minor, refund_minor] FROM analytic.customer_rollup
UNION ALL SELECT 'order_status', ARRAY[seller_id, status], ARRAY[orders, items] FROM analytic.order_status_rollup
UNION ALL SELECT 'rating', ARRAY[product_id], ARRAY[ratings, score_micros] FROM analytic.rating_rollup
UNION ALL SELECT 'sales_order', ARRAY[order_id, status, coalesce(customer_key, ''), coalesce(currency, ''), payment_method],
       ARRAY[1, paid_minor, refund_minor] FROM analytic.sales_order
UNION ALL SELECT 'order_line', ARRAY[order_id, position::text, coalesce(product_id, ''), seller_id, category_id],
       ARRAY[quantity, price_minor] FROM analytic.order_line
UNION ALL SELECT 'payment', ARRAY[order_id, payment_id, currency], ARRAY[1, amount_minor] FROM analytic.payment WHERE paid_at IS NOT NULL
-- by type and not by product: a product that claims a SKU late takes the figures over, but no logged interaction
UNION ALL SELECT 'derived', ARRAY[event_type], ARRAY[count(*)] FROM analytic.interaction
-- domain::Origin::DERIVED: others may have the same event ids
WHERE origin = '00000000-0000-0000-0000-000000000001' GROUP BY event_type;
COMMENT ON VIEW analytic.sales_stored IS 'What the rollups, order states and derived interactions are, in the form of sales_recount.';
