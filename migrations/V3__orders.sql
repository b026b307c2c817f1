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
COMMENT ON COLUMN analytic.shop_event.id IS 'The producer''s event id (a UUID, or UUID v5 of its text), or UUID v5 of type, subject, time and content.';
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
COMMENT ON COLUMN analytic.sales_order.customer_key IS 'The shop''s customer id, or email: and a keyed hash; null as long as the creation is unknown.';
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
    reference text PRIMARY KEY
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
COMMENT ON COLUMN analytic.shop_user.user_key IS 'The shop''s user id, or email: and a keyed hash.';
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
