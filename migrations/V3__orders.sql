-- The log of back-end events, the state derived from it (orders, products, opinions, users), and the sales figures.
-- Everything but the log can be recounted from the log, and "shopsignal verify" does so.

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
-- The orders whose returns name a reference.
CREATE INDEX shop_event_returned_idx ON analytic.shop_event USING gin ((content->'items') jsonb_path_ops) WHERE event_type = 'order_returned';

COMMENT ON TABLE  analytic.shop_event IS 'The log of back-end events. Append-only; each event is logged once.';
COMMENT ON COLUMN analytic.shop_event.id IS 'The producer''s event id (a UUID, or UUID v5 of its text), or a keyed digest of type, subject, time and content.';
COMMENT ON COLUMN analytic.shop_event.fingerprint IS 'First 128 bits of SHA-256 over the content: the same id with another one is a conflict.';
COMMENT ON COLUMN analytic.shop_event.event_type IS 'The normalized name, such as order_created.';
COMMENT ON COLUMN analytic.shop_event.subject IS 'What the event is about.';
COMMENT ON COLUMN analytic.shop_event.subject_id IS 'Its id in the shop; for a user the customer key.';
COMMENT ON COLUMN analytic.shop_event.service IS 'The service that sent it; empty when the event named none.';
COMMENT ON COLUMN analytic.shop_event.occurred_at IS 'Event time, which determines all figures.';
COMMENT ON COLUMN analytic.shop_event.content IS 'The normalized event: ids, amounts in minor units, no personal data.';
COMMENT ON COLUMN analytic.shop_event.date_created IS 'Arrival time by the clock of Postgres.';

CREATE TABLE analytic.projection (
    subject      text   NOT NULL,
    subject_id   text   NOT NULL,
    contribution text   NOT NULL DEFAULT '[]',
    derived      uuid[] NOT NULL DEFAULT '{}',
    withdrawn    uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (subject, subject_id)
);

COMMENT ON TABLE  analytic.projection IS 'One row per order, product, opinion and user with events: its lock, and its contributions so far.';
COMMENT ON COLUMN analytic.projection.subject IS 'order, product, rating, comment or user.';
COMMENT ON COLUMN analytic.projection.subject_id IS 'Its id.';
COMMENT ON COLUMN analytic.projection.contribution IS 'Its current contribution to the rollups, as pairs of cell and figures, in JSON that is only read whole. A change updates the rollups by new minus old.';
COMMENT ON COLUMN analytic.projection.derived IS 'Event ids of the interactions derived from it. Kept forever, so that they are recorded once even after their keys are pruned.';
COMMENT ON COLUMN analytic.projection.withdrawn IS 'Those of derived that could not be derived from what is known now: a line that an update replaced, a cancellation that was revoked. The log of interactions keeps them.';

CREATE TABLE analytic.stale_projection (
    subject      text        NOT NULL,
    subject_id   text        NOT NULL,
    date_created timestamptz NOT NULL,
    refused_at   timestamptz,
    PRIMARY KEY (subject, subject_id)
);

COMMENT ON TABLE  analytic.stale_projection IS 'Orders and opinions to be projected again, because a product that they name became known or changed.';
COMMENT ON COLUMN analytic.stale_projection.subject IS 'order, rating or comment.';
COMMENT ON COLUMN analytic.stale_projection.subject_id IS 'Its id.';
COMMENT ON COLUMN analytic.stale_projection.date_created IS 'When it was marked. The message that caused it is not acknowledged before the row is deleted or refused.';
COMMENT ON COLUMN analytic.stale_projection.refused_at IS 'When Postgres last refused its values. It is tried again with the first batch after an hour; until then it holds up nothing.';

CREATE TABLE analytic.sales_order (
    order_id            text        PRIMARY KEY,
    status              text        NOT NULL,
    customer_key        text,
    seller_id           text,
    currency            text,
    total_minor         bigint,
    shipping_minor      bigint      NOT NULL DEFAULT 0,
    tax_minor           bigint      NOT NULL DEFAULT 0,
    fee_minor           bigint      NOT NULL DEFAULT 0,
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

COMMENT ON TABLE  analytic.sales_order IS 'The state of each order, folded from all of its events, in whatever order they arrived.';
COMMENT ON COLUMN analytic.sales_order.order_id IS 'The id in the shop.';
COMMENT ON COLUMN analytic.sales_order.status IS 'Its status: unknown, created, confirmed, reserved, paid, shipped, delivered, rejected, cancelled or returned.';
COMMENT ON COLUMN analytic.sales_order.customer_key IS 'The shop''s customer id, or email:, the version of the key and a keyed hash; null as long as the creation is unknown.';
COMMENT ON COLUMN analytic.sales_order.seller_id IS 'The seller of the whole order, if there is one.';
COMMENT ON COLUMN analytic.sales_order.currency IS 'The first that a creation or update names, else the first that another event names, else the default.';
COMMENT ON COLUMN analytic.sales_order.total_minor IS 'Total as the shop stated it, else lines and charges minus the discount, in minor units.';
COMMENT ON COLUMN analytic.sales_order.shipping_minor IS 'Shipping, in minor units.';
COMMENT ON COLUMN analytic.sales_order.tax_minor IS 'Tax, on top of the lines or included in them, in minor units.';
COMMENT ON COLUMN analytic.sales_order.fee_minor IS 'Fees, in minor units.';
COMMENT ON COLUMN analytic.sales_order.payment_method IS 'Payment method; empty when unknown.';
COMMENT ON COLUMN analytic.sales_order.paid_minor IS 'Payments, in minor units of currency; payments in other currencies are in payment only.';
COMMENT ON COLUMN analytic.sales_order.refund_minor IS 'Refunds, in minor units of currency.';
COMMENT ON COLUMN analytic.sales_order.placed_at IS 'When it was placed; null as long as only later events are known.';
COMMENT ON COLUMN analytic.sales_order.paid_at IS 'Time of the first payment.';
COMMENT ON COLUMN analytic.sales_order.shipped_at IS 'When it was shipped.';
COMMENT ON COLUMN analytic.sales_order.delivered_at IS 'When it was delivered.';
COMMENT ON COLUMN analytic.sales_order.cancelled_at IS 'When it was cancelled.';
COMMENT ON COLUMN analytic.sales_order.returned_at IS 'When it was returned.';
COMMENT ON COLUMN analytic.sales_order.refund_requested_at IS 'When a refund was first requested.';

CREATE TABLE analytic.order_line (
    order_id    text   NOT NULL,
    position    int    NOT NULL,
    reference   text   NOT NULL,
    product_id  text,
    seller_id   text   NOT NULL,
    category_id text   NOT NULL,
    quantity_milli bigint NOT NULL,
    price_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE INDEX order_line_reference_idx ON analytic.order_line (reference);

COMMENT ON TABLE  analytic.order_line IS 'What was ordered.';
COMMENT ON COLUMN analytic.order_line.order_id IS 'The order.';
COMMENT ON COLUMN analytic.order_line.position IS 'Position in the order, from 0.';
COMMENT ON COLUMN analytic.order_line.reference IS 'SPU or SKU, by the shop''s id.';
COMMENT ON COLUMN analytic.order_line.product_id IS 'The product (SPU) it belongs to; null as long as no product event says so.';
COMMENT ON COLUMN analytic.order_line.seller_id IS 'Seller by line, order, product or the order before it was edited, in this precedence; empty when unknown.';
COMMENT ON COLUMN analytic.order_line.category_id IS 'Category by line or product; empty when unknown.';
COMMENT ON COLUMN analytic.order_line.quantity_milli IS 'Quantity in thousandths.';
COMMENT ON COLUMN analytic.order_line.price_minor IS 'Unit price in minor units of the order''s currency, rounded.';
COMMENT ON COLUMN analytic.order_line.total_minor IS 'What the line costs, in minor units of the order''s currency.';

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
COMMENT ON COLUMN analytic.payment.payment_id IS 'The producer''s id, or the id of the event that reported it.';
COMMENT ON COLUMN analytic.payment.status IS 'Its status: unknown, pending, failed, succeeded or refunded. Failed with paid_at is a chargeback.';
COMMENT ON COLUMN analytic.payment.amount_minor IS 'The amount paid, in minor units; before that, the amount due.';
COMMENT ON COLUMN analytic.payment.currency IS 'Its currency.';
COMMENT ON COLUMN analytic.payment.method IS 'Payment method; empty when unknown.';
COMMENT ON COLUMN analytic.payment.paid_at IS 'When it succeeded; null as long as no event says so.';
COMMENT ON COLUMN analytic.payment.refunded_at IS 'When part of it was first refunded.';

CREATE TABLE analytic.product (
    product_id  text        PRIMARY KEY,
    seller_id   text,
    category_id text,
    name        text,
    deleted_at  timestamptz,
    available   boolean
);
CREATE INDEX product_seller_idx ON analytic.product (seller_id);

COMMENT ON TABLE  analytic.product IS 'The current state of each product (SPU) from product events. Its history is in product_period.';
COMMENT ON COLUMN analytic.product.product_id IS 'The SPU id.';
COMMENT ON COLUMN analytic.product.seller_id IS 'Seller; null when no event named one.';
COMMENT ON COLUMN analytic.product.category_id IS 'Category; null when no event named one.';
COMMENT ON COLUMN analytic.product.name IS 'Name.';
COMMENT ON COLUMN analytic.product.deleted_at IS 'When it was withdrawn; null again when it was reinstated.';
COMMENT ON COLUMN analytic.product.available IS 'Whether it can be bought now, as product events say; null when none did, which means yes.';

CREATE TABLE analytic.product_period (
    product_id  text        NOT NULL,
    since       timestamptz NOT NULL,
    seller_id   text,
    category_id text,
    PRIMARY KEY (product_id, since)
);

COMMENT ON TABLE  analytic.product_period IS 'Seller and category of a product, from an instant on. An order uses those at the time it was placed; before the first period, those of the first.';
COMMENT ON COLUMN analytic.product_period.product_id IS 'The SPU id.';
COMMENT ON COLUMN analytic.product_period.since IS 'Event time of the change.';
COMMENT ON COLUMN analytic.product_period.seller_id IS 'Seller; null when no event named one.';
COMMENT ON COLUMN analytic.product_period.category_id IS 'Category; null when no event named one.';

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

COMMENT ON TABLE  analytic.product_reference IS 'Every id by which a line, an opinion or a product event named a product. Its row is the lock: FOR UPDATE for a transaction that changes what it leads to, FOR KEY SHARE for one that relies on it.';
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
COMMENT ON COLUMN analytic.opinion.reference IS 'The product, by the shop''s id.';
COMMENT ON COLUMN analytic.opinion.product_id IS 'The product (SPU) it belongs to; null as long as that is unknown.';
COMMENT ON COLUMN analytic.opinion.customer_key IS 'The author.';
COMMENT ON COLUMN analytic.opinion.score_micros IS 'The current rating in millionths of its scale.';
COMMENT ON COLUMN analytic.opinion.given_at IS 'When it was created; null as long as only updates of it are known.';
COMMENT ON COLUMN analytic.opinion.deleted IS 'Whether it was deleted.';

CREATE TABLE analytic.shop_user (
    user_key      text PRIMARY KEY,
    registered_at timestamptz,
    deleted_at    timestamptz
);

COMMENT ON TABLE  analytic.shop_user IS 'Users from back-end events.';
COMMENT ON COLUMN analytic.shop_user.user_key IS 'The shop''s user id, or email:, the version of the key and a keyed hash.';
COMMENT ON COLUMN analytic.shop_user.registered_at IS 'When the user registered; null when only other events are known.';
COMMENT ON COLUMN analytic.shop_user.deleted_at IS 'When the user was deleted.';

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
    items_milli      bigint      NOT NULL,
    revenue_minor    bigint      NOT NULL,
    refund_minor     bigint      NOT NULL,
    shipping_minor   bigint      NOT NULL DEFAULT 0,
    tax_minor        bigint      NOT NULL DEFAULT 0,
    fee_minor        bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (seller_id, grain, bucket, currency, payment_method)
);

COMMENT ON TABLE  analytic.sales_rollup IS 'Sales by time, seller, currency and payment method.';
COMMENT ON COLUMN analytic.sales_rollup.seller_id IS 'The seller; empty for the whole shop, where an order with several sellers counts once.';
COMMENT ON COLUMN analytic.sales_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.sales_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.sales_rollup.currency IS 'Currency; amounts in different currencies are never added.';
COMMENT ON COLUMN analytic.sales_rollup.payment_method IS 'Payment method; empty when unknown.';
COMMENT ON COLUMN analytic.sales_rollup.orders_placed IS 'Orders, at the time they were placed.';
COMMENT ON COLUMN analytic.sales_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.sales_rollup.orders_cancelled IS 'Orders, at the time they were cancelled.';
COMMENT ON COLUMN analytic.sales_rollup.orders_returned IS 'Orders, at the time they were first returned.';
COMMENT ON COLUMN analytic.sales_rollup.items_milli IS 'Their quantity in thousandths.';
COMMENT ON COLUMN analytic.sales_rollup.revenue_minor IS 'Payments, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.sales_rollup.refund_minor IS 'Refunds, in minor units, at the time of each refund. Net is revenue minus this.';
COMMENT ON COLUMN analytic.sales_rollup.shipping_minor IS 'Shipping of the orders paid, in minor units; of a seller the share of it.';
COMMENT ON COLUMN analytic.sales_rollup.tax_minor IS 'Tax of the orders paid, in minor units; of a seller the share of it.';
COMMENT ON COLUMN analytic.sales_rollup.fee_minor IS 'Fees of the orders paid, in minor units; of a seller the share of it.';

CREATE TABLE analytic.product_rollup (
    seller_id     text        NOT NULL,
    grain         text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket        timestamptz NOT NULL,
    product_id    text        NOT NULL,
    currency      text        NOT NULL,
    orders_paid   bigint      NOT NULL,
    items_milli   bigint      NOT NULL,
    revenue_minor bigint      NOT NULL,
    refund_minor  bigint      NOT NULL,
    PRIMARY KEY (seller_id, grain, bucket, product_id, currency)
);
CREATE INDEX product_rollup_bucket_idx ON analytic.product_rollup (grain, bucket);

COMMENT ON TABLE  analytic.product_rollup IS 'Sales by time, product and seller.';
COMMENT ON COLUMN analytic.product_rollup.seller_id IS 'The seller; empty when unknown. There are no rows for the whole shop: it is the sum.';
COMMENT ON COLUMN analytic.product_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.product_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.product_rollup.product_id IS 'The product (SPU), or the id in the order as long as that is unknown.';
COMMENT ON COLUMN analytic.product_rollup.currency IS 'Currency; amounts in different currencies are never added.';
COMMENT ON COLUMN analytic.product_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.product_rollup.items_milli IS 'Their quantity in thousandths.';
COMMENT ON COLUMN analytic.product_rollup.revenue_minor IS 'Payments, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.product_rollup.refund_minor IS 'Refunds, in minor units, at the time of each refund. Net is revenue minus this.';

CREATE TABLE analytic.category_rollup (
    grain         text        NOT NULL CHECK (grain IN ('minute', 'quarter', 'day')),
    bucket        timestamptz NOT NULL,
    category_id   text        NOT NULL,
    currency      text        NOT NULL,
    orders_paid   bigint      NOT NULL,
    items_milli   bigint      NOT NULL,
    revenue_minor bigint      NOT NULL,
    refund_minor  bigint      NOT NULL,
    PRIMARY KEY (grain, bucket, category_id, currency)
);

COMMENT ON TABLE  analytic.category_rollup IS 'Sales by time and category.';
COMMENT ON COLUMN analytic.category_rollup.grain IS 'The span: a minute, a quarter of an hour (days of any time zone are made of those), or a day (UTC).';
COMMENT ON COLUMN analytic.category_rollup.bucket IS 'Start of the span.';
COMMENT ON COLUMN analytic.category_rollup.category_id IS 'The category; empty when unknown.';
COMMENT ON COLUMN analytic.category_rollup.currency IS 'Currency; amounts in different currencies are never added.';
COMMENT ON COLUMN analytic.category_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.category_rollup.items_milli IS 'Their quantity in thousandths.';
COMMENT ON COLUMN analytic.category_rollup.revenue_minor IS 'Payments, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.category_rollup.refund_minor IS 'Refunds, in minor units, at the time of each refund. Net is revenue minus this.';

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
COMMENT ON COLUMN analytic.customer_rollup.currency IS 'Currency; amounts in different currencies are never added.';
COMMENT ON COLUMN analytic.customer_rollup.orders_paid IS 'Orders paid, at the time of their first payment.';
COMMENT ON COLUMN analytic.customer_rollup.revenue_minor IS 'Payments, gross, in minor units, at the time of each payment.';
COMMENT ON COLUMN analytic.customer_rollup.refund_minor IS 'Refunds, in minor units, at the time of each refund. Net is revenue minus this.';

CREATE TABLE analytic.order_status_rollup (
    seller_id text        NOT NULL,
    status    text        NOT NULL,
    orders    bigint      NOT NULL,
    items_milli bigint    NOT NULL,
    PRIMARY KEY (seller_id, status)
);

COMMENT ON TABLE  analytic.order_status_rollup IS 'Orders by status.';
COMMENT ON COLUMN analytic.order_status_rollup.seller_id IS 'The seller; empty for the whole shop.';
COMMENT ON COLUMN analytic.order_status_rollup.status IS 'As in sales_order.';
COMMENT ON COLUMN analytic.order_status_rollup.orders IS 'Orders.';
COMMENT ON COLUMN analytic.order_status_rollup.items_milli IS 'Their quantity in thousandths.';

CREATE TABLE analytic.rating_rollup (
    product_id   text        NOT NULL PRIMARY KEY,
    ratings      bigint      NOT NULL,
    score_micros bigint      NOT NULL
);

COMMENT ON TABLE  analytic.rating_rollup IS 'Ratings of each product that were not deleted.';
COMMENT ON COLUMN analytic.rating_rollup.product_id IS 'The product (SPU).';
COMMENT ON COLUMN analytic.rating_rollup.ratings IS 'The number of ratings.';
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
COMMENT ON COLUMN analytic.event_rollup.event_type IS 'The normalized name.';
COMMENT ON COLUMN analytic.event_rollup.events IS 'Events.';

-- The sales figures and order states recounted from the log alone, independently of the projection: money order by
-- order in PL/pgSQL, everything else in one query over all events. Each row is one cell: the table, its key as strings,
-- its figures. Times in keys are seconds since 1970, those in figures microseconds.

CREATE FUNCTION analytic.recount_minor(amount text, code text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN least(round(amount::numeric * 10::numeric ^ CASE
        WHEN code IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN code IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3 WHEN code IN ('CLF', 'UYW') THEN 4 ELSE 2 END), 1000000000000000)::bigint;
COMMENT ON FUNCTION analytic.recount_minor(text, text) IS 'An amount in minor units of a currency, by a separate list of the decimals in ISO 4217.';

CREATE FUNCTION analytic.recount_time(at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (extract(epoch FROM at) * 1000000)::bigint;
COMMENT ON FUNCTION analytic.recount_time(timestamptz) IS 'A time in microseconds since 1970, to compare it as a figure.';

CREATE FUNCTION analytic.recount_shares(amount bigint, weights bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT array_agg(CASE WHEN total > 0 THEN div(amount * upto, total) - div(amount * (upto - weight), total)
                                  WHEN place = 1 THEN amount ELSE 0 END::bigint ORDER BY place)
            FROM (SELECT weight, place, sum(weight) OVER (ORDER BY place) AS upto, sum(weight) OVER () AS total
                  FROM unnest(weights) WITH ORDINALITY AS given (weight, place)) AS summed);
COMMENT ON FUNCTION analytic.recount_shares(bigint, bigint[]) IS 'The share of each weight: the share of the weights up to it minus that of those before.';

CREATE FUNCTION analytic.recount_draw(amount bigint, remains bigint[], worth bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE AS $$
-- From what remains outside the lines (first) and of each line: named items up to their value, then whatever remains of
-- them, then the part outside the lines, then all in proportion.
DECLARE
    drawn bigint[] := array_fill(0::bigint, ARRAY[cardinality(remains)]);
    shares bigint[];
BEGIN
    IF 0 < ANY (worth) THEN
        shares := analytic.recount_shares(amount, worth);
        FOR place IN 1..cardinality(worth) LOOP
            drawn[place + 1] := least(shares[place], remains[place + 1]);
        END LOOP;
        FOR place IN 1..cardinality(worth) LOOP
            CONTINUE WHEN worth[place] = 0;
            drawn[place + 1] := drawn[place + 1]
                + least(remains[place + 1] - drawn[place + 1], amount - (SELECT sum(it) FROM unnest(drawn) AS it))::bigint;
        END LOOP;
        drawn[1] := least(remains[1], amount - (SELECT sum(it) FROM unnest(drawn) AS it))::bigint;
    END IF;
    amount := amount - (SELECT sum(it) FROM unnest(drawn) AS it);
    IF amount > 0 THEN
        FOR place IN 1..cardinality(remains) LOOP
            remains[place] := remains[place] - drawn[place];
        END LOOP;
        shares := analytic.recount_shares(amount, remains);
        FOR place IN 1..cardinality(remains) LOOP
            drawn[place] := drawn[place] + shares[place];
        END LOOP;
    END IF;
    RETURN drawn;
END $$;
COMMENT ON FUNCTION analytic.recount_draw(bigint, bigint[], bigint[]) IS 'The share of each line in a refund.';

CREATE FUNCTION analytic.recount_order(wanted text, product_of jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    events analytic.shop_event[];
    event analytic.shop_event;
    it jsonb;
    n int;
    -- what was ordered
    cur text; customer text; seller text; former text; method text; base_service text; known boolean := false; is_update boolean;
    lines jsonb := '[]'; total numeric; stated bigint; due bigint; dues jsonb := '[]'; changed boolean; named_total text;
    shipping text := '0'; tax text := '0'; fee text := '0'; discount text := '0';
    costs bigint[] := '{}'; goods bigint; of_lines bigint := 0; goods_lines bigint[] := '{}'; charged bigint; less bigint; sums bigint;
    beside bigint := 0; weights bigint[];
    -- payments: parallel arrays by payment; and the movements of their money
    ids text[] := '{}'; curs text[] := '{}'; methods text[] := '{}'; held boolean[] := '{}'; came bigint[] := '{}';
    amounts bigint[] := '{}'; ats int[] := '{}'; paid boolean[] := '{}'; named boolean[] := '{}';
    statuses text[] := '{}'; paid_at timestamptz[] := '{}'; refunded_at timestamptz[] := '{}'; unpaid jsonb := '[]'; asked_at timestamptz;
    moves jsonb := '[]'; paid_in jsonb := '{}'; own text; minor bigint; given bigint; place int; name text; pass int;
    -- refunds
    requests jsonb := '[]'; request jsonb; known_request jsonb; worth bigint[]; part bigint; named_return boolean; w int; found int; parts int[];
    items jsonb := '{}'; gone bigint[]; base bigint[]; pieces bigint[]; wants bigint[]; quantity bigint; same boolean;
    remains bigint[]; of_pay bigint[] := '{}'; left_of jsonb := '{}'; drawn bigint[]; fits_drawn bigint[]; pool bigint[]; ats_order int[]; code text;
    entries jsonb := '[]';
    -- where it stands
    reached jsonb := '{}'; furthest int := 0; ended text; status text;
    steps text[] := ARRAY['unknown', 'created', 'confirmed', 'reserved', 'paid', 'shipped', 'delivered'];
    back jsonb := '[]'; asked jsonb := '[]'; whole boolean; is_free boolean;
BEGIN
    SELECT array_agg(logged ORDER BY occurred_at, CASE event_type
            WHEN 'order_created' THEN 0 WHEN 'order_updated' THEN 1 WHEN 'order_cancelled' THEN 5 WHEN 'order_returned' THEN 5
            WHEN 'order_status_updated' THEN CASE WHEN content->>'status' IN ('cancelled', 'returned') THEN 5 ELSE 4 END
            WHEN 'payment_processed' THEN CASE content->>'status' WHEN 'succeeded' THEN 3 WHEN 'refunded' THEN 6 ELSE 2 END
            ELSE 4 END, id) INTO events
    FROM analytic.shop_event AS logged WHERE subject = 'order' AND subject_id = wanted;

    -- the currency: named by a creation or update, else named by another event, else the default of the first amount
    SELECT reported.content->'currency'->>'code' INTO cur FROM unnest(events) WITH ORDINALITY AS reported WHERE reported.content ? 'currency'
    ORDER BY NOT (reported.content->'currency'->>'named')::boolean,
             (reported.content->'currency'->>'named')::boolean AND event_type NOT IN ('order_created', 'order_updated'), ordinality LIMIT 1;

    FOR n IN 1..cardinality(events) LOOP
        event := events[n];
        CONTINUE WHEN event.event_type NOT IN ('order_created', 'order_updated');
        it := event.content; is_update := event.event_type = 'order_updated'; known := true;
        customer := coalesce(customer, it->>'customer');
        seller := CASE WHEN is_update THEN coalesce(it->>'seller_id', seller) ELSE coalesce(seller, it->>'seller_id') END;
        method := CASE WHEN is_update THEN coalesce(it->>'payment_method', method) ELSE coalesce(method, it->>'payment_method') END;
        shipping := coalesce(it->>'shipping', shipping); tax := coalesce(it->>'tax', tax);
        fee := coalesce(it->>'fee', fee); discount := coalesce(it->>'discount', discount);
        changed := is_update AND it->>'total' IS NOT NULL;
        IF jsonb_array_length(it->'lines') > 0 AND (is_update OR base_service IS NULL OR base_service = event.service) THEN
            named_total := CASE WHEN lines = '[]' AND NOT is_update THEN coalesce(it->>'total', named_total) ELSE it->>'total' END;
            changed := changed OR is_update OR lines <> '[]';
            IF lines <> '[]' THEN
                IF it->>'seller_id' IS NULL THEN former := coalesce(seller, former); END IF;
                seller := it->>'seller_id';
            END IF;
            lines := it->'lines';
            IF NOT is_update THEN base_service := event.service; END IF;
        ELSIF is_update OR named_total IS NULL THEN
            named_total := coalesce(it->>'total', named_total);
        END IF;
        -- what is to be paid from here on: the highest total that any service states, until the order is changed
        SELECT CASE WHEN named_total IS NOT NULL THEN analytic.recount_minor(named_total, cur)
                    WHEN lines <> '[]' THEN greatest(0, sum(analytic.recount_minor(coalesce(line->>'total',
                        ((line->>'price')::numeric * (line->>'quantity_milli')::numeric / 1000)::text), cur))
                        + analytic.recount_minor(shipping, cur) + analytic.recount_minor(tax, cur) + analytic.recount_minor(fee, cur)
                        - analytic.recount_minor(discount, cur)) END INTO due
        FROM jsonb_array_elements(lines) AS line;
        stated := CASE WHEN it->>'total' IS NOT NULL THEN analytic.recount_minor(it->>'total', cur) END;
        dues := dues || jsonb_build_object('n', n, 'stated', stated,
            'due', greatest(due, stated, CASE WHEN NOT changed THEN (dues->-1->>'due')::bigint END, 0));
    END LOOP;

    IF known THEN
        SELECT coalesce(array_agg(analytic.recount_minor(coalesce(line->>'total',
                   ((line->>'price')::numeric * (line->>'quantity_milli')::numeric / 1000)::text), cur) ORDER BY ordinality), '{}') INTO costs
        FROM jsonb_array_elements(lines) WITH ORDINALITY AS reported (line, ordinality);
        sums := (SELECT coalesce(sum(cost), 0) FROM unnest(costs) AS cost);
        charged := analytic.recount_minor(shipping, cur) + analytic.recount_minor(tax, cur) + analytic.recount_minor(fee, cur);
        less := analytic.recount_minor(discount, cur);
        total := CASE WHEN named_total IS NOT NULL THEN analytic.recount_minor(named_total, cur)
                      WHEN lines <> '[]' THEN greatest(sums + charged - less, 0) END;
        -- the first interpretation that adds up
        SELECT reading.goods INTO goods FROM (VALUES
            (1, greatest(sums - less, 0), charged), (2, sums, charged),
            (3, greatest(sums - less, 0), charged - analytic.recount_minor(tax, cur)), (4, sums, charged - analytic.recount_minor(tax, cur)),
            (5, greatest(sums - less, 0), 0), (6, sums, 0)) AS reading (rank, goods, charged)
        WHERE reading.goods + reading.charged = total ORDER BY rank LIMIT 1;
        goods := coalesce(goods, least(sums, total), 0);
        goods_lines := coalesce(analytic.recount_shares(goods, costs), '{}');
        of_lines := (SELECT coalesce(sum(share), 0) FROM unnest(goods_lines) AS share);
        beside := coalesce(total, 0) - of_lines;
    END IF;
    weights := beside || goods_lines;
    is_free := total = 0;

    -- payments: those with an id first, since they determine what those without can add
    FOR pass IN 1..2 LOOP
        IF pass = 2 THEN
            FOR it IN SELECT * FROM jsonb_array_elements(moves) LOOP
                own := curs[(it->>'pay')::int];
                paid_in := paid_in || jsonb_build_object(own, coalesce((paid_in->>own)::bigint, 0)
                    + CASE WHEN (it->>'back')::boolean THEN -(it->>'minor')::bigint ELSE (it->>'minor')::bigint END);
            END LOOP;
        END IF;
        FOR n IN 1..cardinality(events) LOOP
            it := events[n].content;
            CONTINUE WHEN events[n].event_type <> 'payment_processed' OR (it->>'payment_id' IS NULL) <> (pass = 2);
            CONTINUE WHEN pass = 2 AND it->>'status' = 'refunded';
            own := CASE WHEN (it->'currency'->>'named')::boolean THEN it->'currency'->>'code' ELSE cur END;
            minor := CASE WHEN it->>'amount' IS NULL THEN NULL ELSE analytic.recount_minor(it->>'amount', own) END;
            name := coalesce(it->>'payment_id', events[n].id::text);
            place := NULL;
            IF pass = 1 THEN
                SELECT i INTO place FROM generate_subscripts(ids, 1) AS i WHERE ids[i] = name AND named[i];
            ELSIF it->>'status' <> 'succeeded' THEN
                IF it->>'status' = 'failed' THEN
                    SELECT max(i) INTO place FROM (
                        SELECT i FROM generate_subscripts(ids, 1) AS i
                        WHERE NOT named[i] AND held[i] AND curs[i] = own AND amounts[i] = minor) AS bounced;
                END IF;
                IF place IS NULL THEN
                    -- an attempt by itself, which moves nothing
                    unpaid := unpaid || jsonb_build_object('id', name, 'currency', own, 'minor', coalesce(minor, 0), 'method', coalesce(method, ''),
                        'status', it->>'status');
                    CONTINUE;
                END IF;
            ELSE
                -- up to what is due at the payment or later; when no total in its currency is known, up to the largest payment
                SELECT max((stage->>'due')::bigint) INTO due FROM jsonb_array_elements(dues) AS stage
                WHERE own = cur AND NOT EXISTS (SELECT FROM jsonb_array_elements(dues) AS newer
                                                WHERE (newer->>'n')::int > (stage->>'n')::int AND (newer->>'n')::int <= n);
                IF own <> cur OR NOT EXISTS (SELECT FROM jsonb_array_elements(dues) AS stage WHERE stage->>'stated' IS NOT NULL) THEN
                    SELECT greatest(due, max(analytic.recount_minor(paying.content->>'amount', own))) INTO due FROM unnest(events) AS paying
                    WHERE event_type = 'payment_processed' AND paying.content->>'status' = 'succeeded' AND own =
                        CASE WHEN (paying.content->'currency'->>'named')::boolean THEN paying.content->'currency'->>'code' ELSE cur END;
                END IF;
                minor := greatest(least(minor, coalesce(due, 0) - coalesce((paid_in->>own)::bigint, 0)), 0);
                CONTINUE WHEN minor = 0 AND analytic.recount_minor(it->>'amount', own) > 0;
                paid_in := paid_in || jsonb_build_object(own, coalesce((paid_in->>own)::bigint, 0) + minor);
            END IF;
            IF place IS NULL THEN
                place := cardinality(ids) + 1;
                ids[place] := name; curs[place] := own; methods[place] := ''; held[place] := false; came[place] := 0;
                amounts[place] := coalesce(minor, 0); ats[place] := n; paid[place] := false; named[place] := pass = 1;
                statuses[place] := it->>'status';
            END IF;
            IF methods[place] = '' THEN methods[place] := coalesce(it->>'method', ''); END IF;
            IF it->>'status' = 'succeeded' AND NOT held[place] THEN
                -- until then the amount was the one due
                IF NOT paid[place] THEN curs[place] := own; amounts[place] := 0; paid_at[place] := events[n].occurred_at; END IF;
                held[place] := true; paid[place] := true; came[place] := minor; amounts[place] := amounts[place] + minor;
                statuses[place] := 'succeeded';
                moves := moves || jsonb_build_object('n', n, 'pay', place, 'minor', minor, 'back', false);
            ELSIF it->>'status' = 'failed' AND held[place] THEN
                -- the same chargeback again: by its id, or by its amount as long as not both have ids
                CONTINUE WHEN minor > 0 AND EXISTS (
                    SELECT FROM jsonb_array_elements(moves) AS move
                    WHERE (move->>'pay')::int = place AND (move->>'back')::boolean
                      AND (move->>'n')::int > (SELECT max((earlier->>'n')::int) FROM jsonb_array_elements(moves) AS earlier
                                               WHERE (earlier->>'pay')::int = place AND NOT (earlier->>'back')::boolean)
                      AND coalesce(move->>'id' = it->>'refund_id', (move->>'minor')::bigint = minor));
                given := CASE WHEN minor > 0 THEN least(minor, came[place]) ELSE came[place] END;
                came[place] := came[place] - given; held[place] := came[place] > 0;
                IF NOT held[place] THEN statuses[place] := 'failed'; END IF;
                moves := moves || jsonb_build_object('n', n, 'pay', place, 'minor', given, 'back', true, 'id', it->>'refund_id');
                IF pass = 2 THEN paid_in := paid_in || jsonb_build_object(own, coalesce((paid_in->>own)::bigint, 0) - given); END IF;
            ELSIF it->>'status' = 'refunded' AND held[place] THEN
                refunded_at[place] := coalesce(refunded_at[place], events[n].occurred_at);
            ELSIF NOT held[place] THEN
                statuses[place] := it->>'status';
            END IF;
        END LOOP;
    END LOOP;
    FOR place IN 1..cardinality(ids) LOOP
        IF methods[place] = '' THEN methods[place] := coalesce(method, ''); END IF;
    END LOOP;

    -- which pieces of which lines the items of each return are: no piece comes back twice, and the same refund id is the
    -- same return
    gone := array_fill(0::bigint, ARRAY[jsonb_array_length(lines)]);
    FOR n IN 1..cardinality(events) LOOP
        it := events[n].content;
        CONTINUE WHEN events[n].event_type <> 'order_returned' OR it->'items' = '[]';
        SELECT items->ordinality::text INTO known_request FROM unnest(events) WITH ORDINALITY AS earlier
        WHERE ordinality < n AND event_type = 'order_returned' AND earlier.content->'items' <> '[]'
          AND earlier.content->>'refund_id' = it->>'refund_id' ORDER BY ordinality LIMIT 1;
        IF known_request IS NULL THEN
            -- the pieces that are still there; if there are none, those that it names
            FOR pass IN 1..2 LOOP
                base := CASE WHEN pass = 1 THEN gone ELSE array_fill(0::bigint, ARRAY[cardinality(gone)]) END;
                pieces := array_fill(0::bigint, ARRAY[cardinality(gone)]);
                wants := ARRAY(SELECT coalesce((item->>'quantity_milli')::bigint, 9223372036854775807)
                               FROM jsonb_array_elements(it->'items') WITH ORDINALITY AS reported (item, ordinality) ORDER BY ordinality);
                -- first the lines with the id of the item, then those whose product it is, or whose SKU
                FOR w, place, quantity IN
                    SELECT item.place, line.place, line.quantity
                    FROM (SELECT ordinality AS place, coalesce(item->>'sku', item->>'reference') AS own,
                                 CASE WHEN item ? 'sku' THEN item->>'reference' ELSE coalesce(product_of->>(item->>'reference'), item->>'reference') END AS product
                          FROM jsonb_array_elements(it->'items') WITH ORDINALITY AS reported (item, ordinality)) AS item
                    JOIN (SELECT ordinality AS place, coalesce(line->>'sku', line->>'reference') AS own,
                                 CASE WHEN line ? 'sku' THEN line->>'reference' ELSE coalesce(product_of->>(line->>'reference'), line->>'reference') END AS product,
                                 (line->>'quantity_milli')::bigint AS quantity
                          FROM jsonb_array_elements(lines) WITH ORDINALITY AS ordered (line, ordinality)) AS line
                    ON line.own IN (item.own, item.product) OR line.product = item.own
                    ORDER BY item.place, line.own <> item.own, line.place
                LOOP
                    part := least(wants[w], quantity - base[place] - pieces[place]);
                    pieces[place] := pieces[place] + part; wants[w] := wants[w] - part;
                END LOOP;
                EXIT WHEN 0 < ANY (pieces);
            END LOOP;
            worth := ARRAY(SELECT div(goods_lines[i]::numeric * (base[i] + pieces[i]), ordered) - div(goods_lines[i]::numeric * base[i], ordered)
                           FROM (SELECT i, (lines->(i - 1)->>'quantity_milli')::numeric AS ordered FROM generate_subscripts(gone, 1) AS i) AS line ORDER BY i);
            known_request := jsonb_build_object('pieces', pieces, 'worth', worth, 'again', base <> gone,
                'value', CASE WHEN base = gone THEN (SELECT coalesce(sum(value), 0) FROM unnest(worth) AS value) ELSE 0 END);
            IF base = gone THEN
                FOR place IN 1..cardinality(gone) LOOP gone[place] := gone[place] + pieces[place]; END LOOP;
            END IF;
        END IF;
        items := items || jsonb_build_object(n::text, known_request);
    END LOOP;

    -- requested refunds, each once
    named_return := EXISTS (SELECT FROM unnest(events) AS reported WHERE event_type = 'order_returned'
                            AND (reported.content->>'refund' IS NOT NULL OR reported.content->'items' <> '[]'));
    FOR n IN 1..cardinality(events) LOOP
        event := events[n]; it := event.content; request := NULL;
        IF event.event_type = 'payment_processed' AND it->>'status' = 'refunded' THEN
            SELECT i INTO place FROM generate_subscripts(ids, 1) AS i WHERE named[i] AND paid[i] AND ids[i] = it->>'payment_id';
            own := CASE WHEN (it->'currency'->>'named')::boolean THEN it->'currency'->>'code' ELSE coalesce(curs[place], cur) END;
            request := jsonb_build_object('n', n, 'at', n, 'payment', true, 'desk', false, 'pay', place, 'method', it->>'method', 'worth', '[]'::jsonb,
                'again', false, 'estimate', it->>'amount' IS NULL, 'waits', true, 'cur', own, 'minor', CASE WHEN it->>'amount' IS NULL THEN NULL ELSE analytic.recount_minor(it->>'amount', own) END,
                'id', coalesce(it->>'refund_id', CASE WHEN place IS NULL THEN it->>'payment_id' END));
        ELSIF event.event_type IN ('order_returned', 'order_cancelled') OR event.event_type = 'order_status_updated' AND it->>'status' IN ('returned', 'cancelled') THEN
            own := CASE WHEN (it->'currency'->>'named')::boolean THEN it->'currency'->>'code' ELSE cur END;
            minor := CASE WHEN it->>'refund' IS NOT NULL THEN analytic.recount_minor(it->>'refund', own)
                          ELSE (items->n::text->>'value')::bigint END;
            IF it->>'refund' IS NULL THEN own := cur; END IF;
            request := jsonb_build_object('n', n, 'at', n, 'payment', false, 'desk', true, 'pay', NULL, 'method', NULL,
                'worth', coalesce(items->n::text->'worth', '[]'), 'again', coalesce((items->n::text->>'again')::boolean, false),
                'cur', own, 'minor', minor, 'estimate', it->>'refund' IS NULL,
                -- a cancellation concerns only what was paid before it
                'waits', event.event_type = 'order_returned' OR it->>'status' = 'returned',
                -- a cancellation without an amount is not a separate refund that an id could name
                'id', CASE WHEN event.event_type = 'order_cancelled' AND it->>'refund' IS NULL THEN NULL ELSE it->>'refund_id' END);
            -- a cancellation that was revoked, and a status that repeats what another service reported with an amount
            CONTINUE WHEN minor IS NULL AND (event.event_type = 'order_cancelled' OR it->>'status' = 'cancelled')
                AND EXISTS (SELECT FROM unnest(events) WITH ORDINALITY AS later WHERE ordinality > n AND (event_type IN ('order_shipped', 'order_delivered')
                    OR event_type = 'order_status_updated' AND later.content->>'status' IN ('shipped', 'delivered')))
                AND NOT EXISTS (SELECT FROM jsonb_array_elements(moves) AS move WHERE NOT (move->>'back')::boolean AND (move->>'n')::int > n);
            CONTINUE WHEN event.event_type = 'order_status_updated' AND it->>'status' = 'returned' AND NOT (it->>'refunded')::boolean AND named_return;
            CONTINUE WHEN event.event_type = 'order_status_updated' AND it->>'status' = 'cancelled' AND EXISTS (
                SELECT FROM unnest(events) AS reported WHERE event_type = 'order_cancelled' AND reported.content->>'refund' IS NOT NULL);
        END IF;
        CONTINUE WHEN request IS NULL;
        -- it is granted when its payment has come
        request := request || jsonb_build_object('from', greatest(n, (
            SELECT min((move->>'n')::int) FROM jsonb_array_elements(moves) AS move
            WHERE NOT (move->>'back')::boolean AND CASE
                WHEN request->>'pay' IS NOT NULL THEN move->>'pay' = request->>'pay'
                ELSE (request->>'waits')::boolean AND (request->>'minor' IS NULL OR curs[(move->>'pay')::int] = request->>'cur') END)));
        found := NULL;
        FOR w IN 0..jsonb_array_length(requests) - 1 LOOP
            known_request := requests->w;
            IF known_request->>'id' IS NOT NULL AND request->>'id' IS NOT NULL THEN
                CONTINUE WHEN known_request->>'id' <> request->>'id';
            ELSE
                same := coalesce(known_request->>'minor' = request->>'minor' AND known_request->>'cur' = request->>'cur', false);
                IF (request->>'payment')::boolean AND (known_request->>'payment')::boolean THEN
                    CONTINUE WHEN NOT same OR known_request->>'pay' IS DISTINCT FROM request->>'pay';
                ELSIF (request->>'desk')::boolean AND (known_request->>'desk')::boolean THEN
                    -- two returns are two refunds, unless the second names pieces of the first
                    CONTINUE WHEN NOT (request->>'again')::boolean
                        OR NOT (same OR (request->>'estimate')::boolean OR (known_request->>'estimate')::boolean)
                        OR NOT EXISTS (SELECT FROM jsonb_array_elements_text(request->'worth') WITH ORDINALITY AS one (value, i)
                                       JOIN jsonb_array_elements_text(known_request->'worth') WITH ORDINALITY AS other (value, i) USING (i)
                                       WHERE one.value::bigint > 0 AND other.value::bigint > 0);
                ELSE
                    CONTINUE WHEN NOT same;
                END IF;
            END IF;
            found := w; EXIT;
        END LOOP;
        -- the payment service states the amount of a cancellation or return without one, if the money was there by then
        IF found IS NULL AND (request->>'payment')::boolean AND NOT (request->>'estimate')::boolean THEN
            SELECT min(ordinality) - 1 INTO found FROM jsonb_array_elements(requests) WITH ORDINALITY AS asked (it, ordinality)
            WHERE (asked.it->>'estimate')::boolean AND NOT (asked.it->>'payment')::boolean
              AND (asked.it->>'id' IS NULL OR request->>'id' IS NULL) AND (asked.it->>'minor' IS NULL OR asked.it->>'cur' = request->>'cur')
              AND EXISTS (SELECT FROM jsonb_array_elements(moves) AS move
                          WHERE NOT (move->>'back')::boolean AND (move->>'n')::int <= (asked.it->>'from')::int
                            AND (request->>'pay' IS NULL OR move->>'pay' = request->>'pay'));
        END IF;
        IF found IS NULL THEN
            requests := requests || jsonb_build_array(request);
        ELSE
            known_request := requests->found;
            requests := jsonb_set(requests, ARRAY[found::text], known_request || jsonb_build_object(
                'payment', (known_request->>'payment')::boolean OR (request->>'payment')::boolean,
                'desk', (known_request->>'desk')::boolean OR (request->>'desk')::boolean,
                'waits', (known_request->>'waits')::boolean OR (request->>'waits')::boolean)
                || CASE WHEN (known_request->>'estimate')::boolean AND NOT (request->>'estimate')::boolean
                        THEN jsonb_build_object('minor', request->'minor', 'cur', request->'cur', 'estimate', false) ELSE '{}' END
                || CASE WHEN known_request->>'pay' IS NULL THEN jsonb_build_object('pay', request->'pay') ELSE '{}' END
                || CASE WHEN known_request->>'method' IS NULL THEN jsonb_build_object('method', request->'method') ELSE '{}' END
                || CASE WHEN known_request->>'id' IS NULL THEN jsonb_build_object('id', request->'id') ELSE '{}' END
                || CASE WHEN known_request->'worth' = '[]' THEN jsonb_build_object('worth', request->'worth') ELSE '{}' END);
        END IF;
    END LOOP;

    -- each is granted when its payment has come
    SELECT coalesce(jsonb_agg(asking || jsonb_build_object('at', moment) ORDER BY moment, ordinality), '[]') INTO requests
    FROM jsonb_array_elements(requests) WITH ORDINALITY AS reported (asking, ordinality)
    CROSS JOIN LATERAL (SELECT greatest((asking->>'from')::int, min((move->>'n')::int)) AS moment FROM jsonb_array_elements(moves) AS move
                        WHERE NOT (move->>'back')::boolean AND CASE
                            WHEN asking->>'pay' IS NOT NULL THEN move->>'pay' = asking->>'pay'
                            ELSE (asking->>'waits')::boolean AND (asking->>'minor' IS NULL OR curs[(move->>'pay')::int] = asking->>'cur') END
                       ) AS granted;

    -- reports of the payment service that follow each other and add up to what a desk states are its parts
    w := 0;
    WHILE w < jsonb_array_length(requests) LOOP
        request := requests->w;
        w := w + 1;
        CONTINUE WHEN NOT (request->>'desk')::boolean OR (request->>'payment')::boolean OR (request->>'estimate')::boolean
                   OR coalesce((request->>'minor')::bigint, 0) <= 0;
        WITH report AS (
            SELECT spot, (told->>'minor')::numeric AS amount, row_number() OVER earlier AS k, sum((told->>'minor')::numeric) OVER earlier AS upto
            FROM jsonb_array_elements(requests) WITH ORDINALITY AS reported (told, spot)
            WHERE (told->>'payment')::boolean AND NOT (told->>'desk')::boolean AND NOT (told->>'estimate')::boolean AND told->>'cur' = request->>'cur'
              AND (told->>'id' IS NULL OR request->>'id' IS NULL)
            WINDOW earlier AS (ORDER BY spot)),
        run AS (
            SELECT first.k AS since, last.k AS until FROM report AS first JOIN report AS last ON first.k < last.k
            WHERE last.upto - first.upto + first.amount = (request->>'minor')::numeric ORDER BY last.k, first.k LIMIT 1)
        SELECT array_agg(spot) INTO parts FROM report JOIN run ON k BETWEEN since AND until;
        CONTINUE WHEN parts IS NULL;
        SELECT jsonb_agg(CASE WHEN ordinality = ANY (parts) THEN asking || jsonb_build_object('worth', request->'worth', 'desk', true) ELSE asking END
                         ORDER BY ordinality) INTO requests
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS reported (asking, ordinality) WHERE ordinality <> w;
        w := w - 1;
    END LOOP;

    -- the book: payments and chargebacks as they happened, and requested refunds as far as money is available
    of_pay := array_fill(0::bigint, ARRAY[cardinality(ids)]);
    FOR it IN
        SELECT step FROM (
            SELECT move AS step, (move->>'n')::int AS moment, 0 AS rank, ordinality FROM jsonb_array_elements(moves) WITH ORDINALITY AS reported (move, ordinality)
            UNION ALL
            SELECT asking, (asking->>'at')::int, 1, ordinality FROM jsonb_array_elements(requests) WITH ORDINALITY AS reported (asking, ordinality)
        ) AS booked ORDER BY moment, rank, (step->>'n')::int, ordinality
    LOOP
        IF it ? 'back' AND NOT (it->>'back')::boolean THEN
            place := (it->>'pay')::int; minor := (it->>'minor')::bigint;
            drawn := analytic.recount_shares(minor, weights);
            of_pay[place] := of_pay[place] + minor;
            remains := CASE WHEN left_of ? curs[place] THEN ARRAY(SELECT jsonb_array_elements_text(left_of->curs[place])::bigint)
                            ELSE array_fill(0::bigint, ARRAY[cardinality(weights)]) END;
            FOR w IN 1..cardinality(weights) LOOP remains[w] := remains[w] + drawn[w]; END LOOP;
            left_of := left_of || jsonb_build_object(curs[place], to_jsonb(remains));
            entries := entries || jsonb_build_object('at', events[(it->>'n')::int].occurred_at, 'payment', true, 'minor', minor,
                'currency', curs[place], 'method', methods[place], 'lines', to_jsonb(drawn[2:]));
            CONTINUE;
        END IF;
        FOR code IN SELECT DISTINCT own_code FROM unnest(curs) AS own_code ORDER BY 1 LOOP
            IF it ? 'back' THEN
                CONTINUE WHEN code <> curs[(it->>'pay')::int];
                minor := (it->>'minor')::bigint;
            ELSE
                CONTINUE WHEN it->>'minor' IS NOT NULL AND it->>'cur' <> code;
                minor := coalesce((it->>'minor')::bigint, 9223372036854775807);
            END IF;
            FOR pass IN 1..2 LOOP
                -- the named payment, or all; those of the named method first
                SELECT array_agg(CASE WHEN curs[i] = code AND (it->>'pay' IS NULL OR i = (it->>'pay')::int
                                           OR NOT it ? 'back' AND ids[i] = ids[(it->>'pay')::int] AND named[i])
                                       AND (it->>'method' IS NULL OR methods[i] = it->>'method') = (pass = 1) THEN of_pay[i] ELSE 0 END ORDER BY i)
                INTO pool FROM generate_subscripts(ids, 1) AS i;
                given := least(minor, (SELECT sum(remaining) FROM unnest(pool) AS remaining));
                minor := minor - given;
                -- the payments in the order of their first events
                SELECT array_agg(i ORDER BY ats[i]) INTO ats_order FROM generate_subscripts(ids, 1) AS i;
                drawn := analytic.recount_shares(given, (SELECT array_agg(pool[i] ORDER BY o) FROM unnest(ats_order) WITH ORDINALITY AS t (i, o)));
                FOR w IN 1..cardinality(ats_order) LOOP
                    place := ats_order[w]; part := drawn[w];
                    CONTINUE WHEN part <= 0;
                    of_pay[place] := of_pay[place] - part;
                    remains := ARRAY(SELECT jsonb_array_elements_text(left_of->code)::bigint);
                    worth := CASE WHEN it ? 'worth' THEN ARRAY(SELECT jsonb_array_elements_text(it->'worth')::bigint) ELSE '{}' END;
                    fits_drawn := analytic.recount_draw(part, remains, worth);
                    FOR n IN 1..cardinality(remains) LOOP remains[n] := remains[n] - fits_drawn[n]; END LOOP;
                    left_of := left_of || jsonb_build_object(code, to_jsonb(remains));
                    entries := entries || jsonb_build_object('at', events[coalesce((it->>'at')::int, (it->>'n')::int)].occurred_at, 'payment', false,
                        'minor', part, 'currency', code, 'method', methods[place], 'lines', to_jsonb(fits_drawn[2:]));
                END LOOP;
            END LOOP;
        END LOOP;
    END LOOP;

    -- the status, and which lines were returned
    FOR n IN 1..cardinality(events) LOOP
        event := events[n]; it := event.content;
        status := CASE event.event_type
            WHEN 'order_created' THEN 'created' WHEN 'inventory_reserved' THEN 'reserved' WHEN 'order_shipped' THEN 'shipped'
            WHEN 'order_delivered' THEN 'delivered' WHEN 'order_cancelled' THEN 'cancelled' WHEN 'order_returned' THEN 'returned'
            WHEN 'order_validated' THEN CASE WHEN (it->>'valid')::boolean THEN 'confirmed' ELSE 'rejected' END
            WHEN 'order_status_updated' THEN it->>'status' END;
        FOREACH name IN ARRAY ARRAY[
            CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(moves) AS move WHERE (move->>'n')::int = n AND NOT (move->>'back')::boolean
                              AND ((move->>'minor')::bigint > 0 OR is_free)) OR is_free AND status IN ('confirmed', 'shipped', 'delivered') THEN 'paid' END,
            status] LOOP
            CONTINUE WHEN name IS NULL;
            IF name IN ('rejected', 'cancelled', 'returned') THEN
                ended := name;
            ELSE
                furthest := greatest(furthest, array_position(steps, name));
                IF ended = 'rejected' AND array_position(steps, name) >= 3 OR ended IN ('cancelled', 'returned') AND name IN ('shipped', 'delivered') THEN
                    IF ended <> 'returned' THEN reached := reached - ended; END IF;
                    ended := NULL;
                END IF;
            END IF;
            IF NOT reached ? name THEN reached := reached || jsonb_build_object(name, event.occurred_at); END IF;
        END LOOP;
        -- money is asked for by whoever names an amount, and by a return of what was never ordered
        IF event.event_type = 'payment_processed' AND it->>'status' = 'refunded' OR event.event_type = 'order_returned'
               AND (it->>'refund' IS NOT NULL OR items ? n::text AND NOT EXISTS (
                    SELECT FROM jsonb_array_elements_text(items->n::text->'pieces') AS taken WHERE taken::bigint > 0)) THEN
            asked_at := coalesce(asked_at, event.occurred_at);
        END IF;
        -- a partial refund without items is goodwill
        whole := CASE WHEN it->>'refund' IS NOT NULL THEN analytic.recount_minor(it->>'refund', cur) >= of_lines
                      WHEN event.event_type = 'payment_processed' AND it->>'amount' IS NOT NULL THEN analytic.recount_minor(it->>'amount', cur) >= of_lines
                      ELSE true END;
        FOR place IN 0..jsonb_array_length(lines) - 1 LOOP
            IF event.event_type = 'order_returned' THEN
                CONTINUE WHEN CASE WHEN items ? n::text THEN (items->n::text->'pieces'->>place)::bigint = 0 ELSE NOT whole END;
                back := back || to_jsonb(place);
                IF it->>'refund' IS NOT NULL THEN asked := asked || to_jsonb(place); END IF;
            ELSIF event.event_type = 'order_status_updated' AND status = 'returned' AND NOT named_return THEN
                back := back || to_jsonb(place);
            ELSIF event.event_type = 'payment_processed' AND it->>'status' = 'refunded' AND whole THEN
                asked := asked || to_jsonb(place);
            END IF;
        END LOOP;
    END LOOP;
    RETURN jsonb_build_object(
        'customer', customer, 'seller', seller, 'former_seller', former, 'currency', cur, 'lines', lines, 'costs', to_jsonb(costs), 'entries', entries, 'reached', reached,
        'method', coalesce(method, (SELECT methods[i] FROM generate_subscripts(ids, 1) AS i WHERE methods[i] <> '' ORDER BY ats[i] LIMIT 1), ''),
        'status', coalesce(ended, steps[greatest(furthest, 1)]), 'first_at', events[1].occurred_at, 'back', back, 'asked', asked,
        'shipping', CASE WHEN known THEN analytic.recount_minor(shipping, cur) ELSE 0 END,
        'tax', CASE WHEN known THEN analytic.recount_minor(tax, cur) ELSE 0 END,
        'fee', CASE WHEN known THEN analytic.recount_minor(fee, cur) ELSE 0 END, 'total', total, 'asked_at', asked_at,
        'payments', unpaid || coalesce((
            SELECT jsonb_agg(jsonb_build_object('id', ids[i], 'currency', curs[i], 'minor', amounts[i], 'method', methods[i],
                'status', CASE WHEN refunded_at[i] IS NULL THEN statuses[i] ELSE 'refunded' END, 'paid_at', paid_at[i], 'refunded_at', refunded_at[i]))
            FROM generate_subscripts(ids, 1) AS i), '[]'));
END $$;
COMMENT ON FUNCTION analytic.recount_order(text, jsonb) IS 'Everything derived from the logged events of one order, in one document: a naive implementation of docs/ORDER_EVENTS.md.';

CREATE VIEW analytic.sales_recount AS
WITH product AS (
    SELECT DISTINCT subject_id AS product_id FROM analytic.shop_event WHERE event_type IN ('product_created', 'product_updated')
), reference AS (
    SELECT product_id AS reference, product_id FROM product
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (sku) sku, subject_id FROM analytic.shop_event, jsonb_array_elements_text(content->'skus') AS sku
        WHERE event_type IN ('product_created', 'product_updated') ORDER BY sku, occurred_at, subject_id) AS claim
    WHERE sku NOT IN (SELECT product_id FROM product)
), mapping AS (
    -- the products that lines and returned items of an order lead to
    SELECT subject_id AS order_id, jsonb_object_agg(reference, product_id) AS products
    FROM analytic.shop_event, jsonb_array_elements(coalesce(content->'lines', content->'items')) AS item
    JOIN reference ON reference.reference = item->>'reference'
    WHERE subject = 'order' GROUP BY subject_id
), reported AS MATERIALIZED (
    SELECT order_id, analytic.recount_order(order_id, coalesce(products, '{}')) AS it
    FROM (SELECT DISTINCT subject_id AS order_id FROM analytic.shop_event WHERE subject = 'order') AS known
    LEFT JOIN mapping USING (order_id)
), orders AS (
    SELECT order_id, it->>'customer' AS customer_key, it->>'seller' AS seller_id, it->>'former_seller' AS former_seller_id,
           it->>'currency' AS currency, it->>'method' AS method,
           it->>'status' AS status, (it->>'first_at')::timestamptz AS first_at, jsonb_array_length(it->'lines') AS line_count,
           (it->>'shipping')::bigint AS shipping, (it->>'tax')::bigint AS tax, (it->>'fee')::bigint AS fee,
           (it->>'total')::bigint AS total, (it->>'asked_at')::timestamptz AS asked_at
    FROM reported
), reached AS (
    SELECT order_id, step.key AS status, step.value::timestamptz AS at FROM reported CROSS JOIN LATERAL jsonb_each_text(it->'reached') AS step
), entry AS (
    SELECT order_id, place, (booked->>'at')::timestamptz AS at, booked->>'currency' AS currency, booked->>'method' AS method,
           CASE WHEN (booked->>'payment')::boolean THEN (booked->>'minor')::numeric ELSE 0 END AS revenue,
           CASE WHEN (booked->>'payment')::boolean THEN 0 ELSE (booked->>'minor')::numeric END AS refund,
           (booked->>'payment')::boolean AS is_payment, booked->'lines' AS shares
    FROM reported CROSS JOIN LATERAL jsonb_array_elements(it->'entries') WITH ORDINALITY AS entries (booked, place)
), line AS (
    -- a product has the seller and category stated last before the order, else the first ones; at the same instant the
    -- creation is stated first
    SELECT order_id, place - 1 AS position, item->>'reference' AS named, reference.product_id AS known_id, coalesce(reference.product_id, item->>'reference') AS product_id,
           coalesce(item->>'seller_id', orders.seller_id, (
               SELECT content->>'seller_id' FROM analytic.shop_event AS said
               WHERE said.subject = 'product' AND said.subject_id = reference.product_id AND event_type IN ('product_created', 'product_updated')
                 AND content->>'seller_id' IS NOT NULL
               ORDER BY occurred_at > first_at, abs(extract(epoch FROM occurred_at - first_at)),
                        event_type = 'product_updated' DESC, id DESC LIMIT 1), former_seller_id, '') AS seller_id,
           coalesce(item->>'category_id', (
               SELECT content->>'category_id' FROM analytic.shop_event AS said
               WHERE said.subject = 'product' AND said.subject_id = reference.product_id AND event_type IN ('product_created', 'product_updated')
                 AND content->>'category_id' IS NOT NULL
               ORDER BY occurred_at > first_at, abs(extract(epoch FROM occurred_at - first_at)),
                        event_type = 'product_updated' DESC, id DESC LIMIT 1), '') AS category_id,
           (item->>'quantity_milli')::bigint AS quantity, (it->'costs'->>(place - 1)::int)::bigint AS total_minor,
           CASE WHEN item->>'price' IS NULL THEN (it->'costs'->>(place - 1)::int)::bigint
                ELSE analytic.recount_minor(item->>'price', orders.currency) END AS price_minor
    FROM reported JOIN orders USING (order_id) CROSS JOIN LATERAL jsonb_array_elements(it->'lines') WITH ORDINALITY AS lines (item, place)
    LEFT JOIN reference ON reference.reference = item->>'reference'
), scope AS (
    SELECT order_id, '' AS seller_id, coalesce(sum(quantity), 0) AS items FROM orders LEFT JOIN line USING (order_id) GROUP BY order_id
    UNION ALL
    SELECT order_id, seller_id, sum(quantity) FROM line WHERE seller_id <> '' GROUP BY order_id, seller_id
    UNION ALL
    SELECT order_id, seller_id, 0 FROM orders WHERE seller_id IS NOT NULL AND line_count = 0
), part AS (
    SELECT entry.order_id, at, currency, method, line.seller_id, line.product_id, line.category_id,
           CASE WHEN is_payment THEN (shares->>line.position::int)::numeric ELSE 0 END AS revenue,
           CASE WHEN is_payment THEN 0 ELSE (shares->>line.position::int)::numeric END AS refund
    FROM entry JOIN line USING (order_id)
), sold AS (
    -- in the currency and by the method of the first payment
    SELECT order_id, at, coalesce(came.currency, orders.currency) AS currency, coalesce(came.method, orders.method) AS method
    FROM orders JOIN reached USING (order_id)
    LEFT JOIN (SELECT DISTINCT ON (order_id) order_id, currency, method FROM entry WHERE is_payment AND revenue > 0
               ORDER BY order_id, place) AS came USING (order_id)
    WHERE reached.status = 'paid' AND coalesce(came.currency, orders.currency) IS NOT NULL
), owner AS (
    -- what the lines of each seller cost; a seller without lines, or all sellers if nothing costs anything, in equal parts
    SELECT order_id, array_agg(seller_id ORDER BY seller_id COLLATE "C") AS seller_ids,
           array_agg(CASE WHEN dearest = 0 THEN 1 ELSE cost END ORDER BY seller_id COLLATE "C") AS costs
    FROM (SELECT order_id, seller_id, cost, max(cost) OVER (PARTITION BY order_id) AS dearest
          FROM (SELECT order_id, seller_id, sum(total_minor)::bigint AS cost FROM line GROUP BY order_id, seller_id
                UNION ALL SELECT order_id, seller_id, 0 FROM orders WHERE seller_id IS NOT NULL AND line_count = 0) AS summed) AS priced
    GROUP BY order_id
), charge AS (
    SELECT order_id, currency, '' AS seller_id, shipping, tax, fee FROM orders
    UNION ALL
    SELECT order_id, currency, part.seller_id, part.shipping, part.tax, part.fee
    FROM orders JOIN owner USING (order_id)
    CROSS JOIN LATERAL unnest(seller_ids, analytic.recount_shares(orders.shipping, costs), analytic.recount_shares(orders.tax, costs),
                              analytic.recount_shares(orders.fee, costs)) AS part (seller_id, shipping, tax, fee)
    WHERE part.seller_id <> ''
), sales AS (
    -- columns: time, key without time, placed, paid, cancelled, returned, items, revenue, refund, shipping, tax, fee
    SELECT at, ARRAY[scope.seller_id, currency, method] AS key, (reached.status = 'created')::int AS placed, 0 AS paid,
           (reached.status = 'cancelled')::int AS cancelled, (reached.status = 'returned')::int AS returned,
           0::numeric AS items, 0::numeric AS revenue, 0::numeric AS refund, 0::numeric AS shipping, 0::numeric AS tax, 0::numeric AS fee
    FROM orders JOIN reached USING (order_id) JOIN scope USING (order_id)
    WHERE currency IS NOT NULL AND reached.status IN ('created', 'cancelled', 'returned')
    UNION ALL SELECT at, ARRAY[scope.seller_id, currency, method], 0, 1, 0, 0, items, 0, 0, 0, 0, 0 FROM sold JOIN scope USING (order_id)
    UNION ALL SELECT at, ARRAY[charge.seller_id, currency, sold.method], 0, 0, 0, 0, 0, 0, 0, shipping, tax, fee
    FROM sold JOIN charge USING (order_id, currency) WHERE shipping > 0 OR tax > 0 OR fee > 0
    UNION ALL SELECT at, ARRAY['', currency, method], 0, 0, 0, 0, 0, revenue, refund, 0, 0, 0 FROM entry WHERE revenue > 0 OR refund > 0
    UNION ALL SELECT at, ARRAY[seller_id, currency, method], 0, 0, 0, 0, 0, revenue, refund, 0, 0, 0
    FROM part WHERE seller_id <> '' AND (revenue > 0 OR refund > 0)
    UNION ALL SELECT at, ARRAY[orders.seller_id, entry.currency, entry.method], 0, 0, 0, 0, 0, revenue, refund, 0, 0, 0
    FROM entry JOIN orders USING (order_id) WHERE orders.seller_id IS NOT NULL AND line_count = 0 AND (revenue > 0 OR refund > 0)
), products AS (
    SELECT at, ARRAY[seller_id, product_id, currency] AS key, 1 AS paid, sum(quantity) AS items, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN line USING (order_id) WHERE product_id <> '' GROUP BY order_id, at, seller_id, product_id, currency
    UNION ALL SELECT at, ARRAY[seller_id, product_id, currency], 0, 0, revenue, refund FROM part WHERE product_id <> '' AND (revenue > 0 OR refund > 0)
), categories AS (
    SELECT at, ARRAY[category_id, currency] AS key, 1 AS paid, sum(quantity) AS items, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN line USING (order_id) GROUP BY order_id, at, category_id, currency
    UNION ALL SELECT at, ARRAY[category_id, currency], 0, 0, revenue, refund FROM part WHERE revenue > 0 OR refund > 0
), customers AS (
    SELECT ARRAY[customer_key, sold.currency] AS key, 1 AS paid, 0::numeric AS revenue, 0::numeric AS refund
    FROM sold JOIN orders USING (order_id) WHERE customer_key IS NOT NULL
    UNION ALL SELECT ARRAY[customer_key, entry.currency], 0, revenue, refund FROM entry JOIN orders USING (order_id)
    WHERE customer_key IS NOT NULL AND (revenue > 0 OR refund > 0)
), opinion AS (
    -- at the same instant: created, changed, deleted
    SELECT subject, subject_id, bool_or(event_type LIKE '%deleted') AS deleted,
           min(occurred_at) FILTER (WHERE event_type IN ('rating_added', 'comment_created')) AS given_at,
           (array_agg(content->>'customer' ORDER BY occurred_at, step, id) FILTER (WHERE content->>'customer' IS NOT NULL))[1] AS customer_key,
           (array_agg(content->>'reference' ORDER BY occurred_at, step, id) FILTER (WHERE content->>'reference' IS NOT NULL))[1] AS reference,
           (array_agg((content->>'score_micros')::bigint ORDER BY occurred_at DESC, step DESC, id DESC) FILTER (WHERE content->>'score_micros' IS NOT NULL))[1] AS score_micros,
           (array_agg((content->>'score_micros')::bigint ORDER BY occurred_at, id) FILTER (WHERE event_type IN ('rating_added', 'comment_created')))[1] AS first_score,
           bool_or(event_type IN ('rating_added', 'comment_created')) AS given
    FROM (SELECT *, CASE WHEN event_type IN ('rating_added', 'comment_created') THEN 1 WHEN event_type LIKE '%updated' THEN 2 ELSE 3 END AS step
          FROM analytic.shop_event WHERE subject IN ('rating', 'comment')) AS said
    GROUP BY subject, subject_id
), derived AS (
    SELECT cause.event_type, known_id AS product_id FROM line JOIN reached USING (order_id)
    JOIN (VALUES ('created', 'checkout_started'), ('paid', 'purchase'), ('cancelled', 'cancel_order'))
         AS cause (status, event_type) USING (status)
    UNION ALL SELECT 'return_product', known_id FROM line JOIN reported USING (order_id) WHERE it->'back' @> to_jsonb(line.position)
    UNION ALL SELECT 'refund_requested', known_id FROM line JOIN reported USING (order_id) WHERE it->'asked' @> to_jsonb(line.position)
    UNION ALL
    SELECT CASE WHEN subject = 'comment' THEN 'write_review' WHEN first_score >= 800000 THEN 'rating_high'
                WHEN first_score >= 400000 THEN 'rating_medium' ELSE 'rating_low' END, product_id
    FROM opinion JOIN reference USING (reference) WHERE given AND (subject = 'comment' OR first_score IS NOT NULL)
), grain (grain, span) AS (
    VALUES ('minute', interval '1 minute'), ('quarter', interval '15 minutes'), ('day', interval '1 day')
), cell AS (
    SELECT 'sales' AS rollup, grain, at, key, ARRAY[placed, paid, cancelled, returned, items, revenue, refund, shipping, tax, fee]::numeric[] AS figures, span FROM sales CROSS JOIN grain
    UNION ALL SELECT 'product', grain, at, key, ARRAY[paid, items, revenue, refund]::numeric[], span FROM products CROSS JOIN grain
    UNION ALL SELECT 'category', grain, at, key, ARRAY[paid, items, revenue, refund]::numeric[], span FROM categories CROSS JOIN grain
    UNION ALL SELECT 'user', grain, registered_at, '{}', ARRAY[1], span FROM (
        SELECT min(occurred_at) AS registered_at FROM analytic.shop_event WHERE event_type = 'user_registered' GROUP BY subject_id) AS users CROSS JOIN grain
    UNION ALL SELECT 'event', grain, occurred_at, ARRAY[service, event_type], ARRAY[1], span FROM analytic.shop_event CROSS JOIN grain
    UNION ALL SELECT 'customer', NULL, NULL, key, ARRAY[paid, revenue, refund]::numeric[], NULL FROM customers
    UNION ALL SELECT 'order_status', NULL, NULL, ARRAY[scope.seller_id, status], ARRAY[1, items]::numeric[], NULL FROM orders JOIN scope USING (order_id)
    UNION ALL SELECT 'rating', NULL, NULL, ARRAY[product_id], ARRAY[1, score_micros]::numeric[], NULL
    FROM opinion JOIN reference USING (reference) WHERE NOT deleted AND score_micros IS NOT NULL
    UNION ALL SELECT 'derived', NULL, NULL, ARRAY[event_type], ARRAY[1], NULL FROM derived
    -- the nil UUID is not a product
    WHERE product_id <> '00000000-0000-0000-0000-000000000000'
), shown AS (
    -- when an order first stood where
    SELECT order_id, min(at) FILTER (WHERE status = 'created') AS placed_at, min(at) FILTER (WHERE status = 'paid') AS paid_at,
           min(at) FILTER (WHERE status = 'shipped') AS shipped_at, min(at) FILTER (WHERE status = 'delivered') AS delivered_at,
           min(at) FILTER (WHERE status = 'cancelled') AS cancelled_at, min(at) FILTER (WHERE status = 'returned') AS returned_at
    FROM reached GROUP BY order_id
), moved AS (
    SELECT order_id, currency, sum(revenue) AS revenue, sum(refund) AS refund FROM entry GROUP BY order_id, currency
), fact AS (
    SELECT subject_id AS product_id, id, occurred_at, (event_type = 'product_updated')::int AS step, content->>'seller_id' AS seller_id,
           content->>'category_id' AS category_id, content->>'name' AS name, (content->>'available')::boolean::int AS available
    FROM analytic.shop_event WHERE subject = 'product' AND event_type IN ('product_created', 'product_updated')
), instant AS (
    -- what is stated last of one time
    SELECT product_id, occurred_at AS since,
           (array_agg(seller_id ORDER BY step DESC, id DESC) FILTER (WHERE seller_id IS NOT NULL))[1] AS seller_id,
           (array_agg(category_id ORDER BY step DESC, id DESC) FILTER (WHERE category_id IS NOT NULL))[1] AS category_id
    FROM fact GROUP BY product_id, occurred_at
), numbered AS (
    SELECT *, count(seller_id) OVER so_far AS seller_no, count(category_id) OVER so_far AS category_no
    FROM instant WINDOW so_far AS (PARTITION BY product_id ORDER BY since)
), dated AS (
    -- what is not stated stays as it was, and was before as it is stated first: of each number there is one
    SELECT product_id, since, max(seller_id) OVER (PARTITION BY product_id, greatest(seller_no, 1)) AS seller_id,
           max(category_id) OVER (PARTITION BY product_id, greatest(category_no, 1)) AS category_id
    FROM numbered
), period AS (
    SELECT product_id, since, seller_id, category_id FROM (
        SELECT *, row_number() OVER in_time = 1
                  OR (seller_id, category_id) IS DISTINCT FROM (lag(seller_id) OVER in_time, lag(category_id) OVER in_time) AS begins
        FROM dated WINDOW in_time AS (PARTITION BY product_id ORDER BY since)) AS compared
    WHERE begins
), withdrawn AS (
    -- the first withdrawal after the last creation
    SELECT subject_id AS product_id, min(occurred_at) AS deleted_at FROM analytic.shop_event AS said
    WHERE event_type = 'product_deleted' AND occurred_at >= ALL (
        SELECT created.occurred_at FROM analytic.shop_event AS created
        WHERE created.subject = 'product' AND created.subject_id = said.subject_id AND created.event_type = 'product_created')
    GROUP BY subject_id
), described AS (
    SELECT product_id, (array_agg(name ORDER BY occurred_at DESC, step DESC, id DESC) FILTER (WHERE name IS NOT NULL))[1] AS name,
           (array_agg(available ORDER BY occurred_at DESC, step DESC, id DESC) FILTER (WHERE available IS NOT NULL))[1] AS available
    FROM fact GROUP BY product_id
), state AS (
    -- rows as they are, not sums. Columns that are numbers or times are figures
    SELECT 'sales_order' AS rollup,
           ARRAY[order_id, status, coalesce(customer_key, ''), coalesce(orders.currency, ''), method, coalesce(seller_id, '')] AS key,
           ARRAY[1, coalesce(moved.revenue, 0), coalesce(moved.refund, 0), total, shipping, tax, fee, analytic.recount_time(placed_at),
                 analytic.recount_time(paid_at), analytic.recount_time(shipped_at), analytic.recount_time(delivered_at),
                 analytic.recount_time(cancelled_at), analytic.recount_time(returned_at), analytic.recount_time(asked_at)]::bigint[] AS figures
    FROM orders LEFT JOIN shown USING (order_id) LEFT JOIN moved USING (order_id, currency)
    UNION ALL SELECT 'order_line', ARRAY[order_id, position::text, named, coalesce(known_id, ''), seller_id, category_id],
        ARRAY[1, quantity, price_minor, total_minor] FROM line
    UNION ALL SELECT 'payment', ARRAY[order_id, paying->>'id', paying->>'currency', paying->>'method', paying->>'status'],
        ARRAY[1, (paying->>'minor')::bigint, analytic.recount_time((paying->>'paid_at')::timestamptz),
              analytic.recount_time((paying->>'refunded_at')::timestamptz)]
    FROM reported CROSS JOIN LATERAL jsonb_array_elements(it->'payments') AS paying
    UNION ALL SELECT 'opinion', ARRAY[subject, subject_id, coalesce(opinion.reference, ''), coalesce(product_id, ''), coalesce(customer_key, '')],
        ARRAY[1, deleted::int, score_micros, analytic.recount_time(given_at)] FROM opinion LEFT JOIN reference USING (reference)
    UNION ALL SELECT 'shop_user', ARRAY[subject_id], ARRAY[1,
        analytic.recount_time(min(occurred_at) FILTER (WHERE event_type = 'user_registered')),
        analytic.recount_time(min(occurred_at) FILTER (WHERE event_type = 'user_deleted'))]
    FROM analytic.shop_event WHERE subject = 'user' AND event_type <> 'user_logged_in' GROUP BY subject_id
    UNION ALL SELECT 'shop_product', ARRAY[product_id, coalesce(name, ''), coalesce(seller_id, ''), coalesce(category_id, '')],
        ARRAY[1, available, analytic.recount_time(deleted_at)]
    FROM (SELECT DISTINCT ON (product_id) * FROM period ORDER BY product_id, since DESC) AS latest
    JOIN described USING (product_id) LEFT JOIN withdrawn USING (product_id)
    UNION ALL SELECT 'product_period', ARRAY[product_id, analytic.recount_time(since)::text, coalesce(seller_id, ''), coalesce(category_id, '')],
        ARRAY[1] FROM period
    UNION ALL SELECT 'product_sku', ARRAY[sku, subject_id], ARRAY[1, analytic.recount_time(min(occurred_at))]
    FROM analytic.shop_event CROSS JOIN LATERAL jsonb_array_elements_text(content->'skus') AS sku
    WHERE event_type IN ('product_created', 'product_updated') GROUP BY sku, subject_id
)
SELECT rollup, CASE WHEN grain IS NULL THEN key
                    ELSE ARRAY[grain, extract(epoch FROM date_bin(span, at, '1970-01-01 00:00:00+00'))::bigint::text] || key END AS key,
       (ARRAY[sum(figures[1]), sum(figures[2]), sum(figures[3]), sum(figures[4]), sum(figures[5]), sum(figures[6]),
              sum(figures[7]), sum(figures[8]), sum(figures[9]), sum(figures[10])])[1:min(array_length(figures, 1))]::bigint[] AS figures
FROM cell GROUP BY 1, 2
UNION ALL SELECT rollup, key, figures FROM state;
COMMENT ON VIEW analytic.sales_recount IS 'What the rollups, order states and derived interactions must be; read by "shopsignal verify".';

CREATE VIEW analytic.sales_stored AS
SELECT 'sales' AS rollup, ARRAY[grain, extract(epoch FROM bucket)::bigint::text, seller_id, currency, payment_method] AS key,
       ARRAY[orders_placed, orders_paid, orders_cancelled, orders_returned, items_milli, revenue_minor, refund_minor,
             shipping_minor, tax_minor, fee_minor] AS figures FROM analytic.sales_rollup
UNION ALL SELECT 'product', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, seller_id, product_id, currency],
       ARRAY[orders_paid, items_milli, revenue_minor, refund_minor] FROM analytic.product_rollup
UNION ALL SELECT 'category', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, category_id, currency],
       ARRAY[orders_paid, items_milli, revenue_minor, refund_minor] FROM analytic.category_rollup
UNION ALL SELECT 'user', ARRAY[grain, extract(epoch FROM bucket)::bigint::text], ARRAY[registered] FROM analytic.user_rollup
UNION ALL SELECT 'event', ARRAY[grain, extract(epoch FROM bucket)::bigint::text, service, event_type], ARRAY[events] FROM analytic.event_rollup
UNION ALL SELECT 'customer', ARRAY[customer_key, currency], ARRAY[orders_paid, revenue_minor, refund_minor] FROM analytic.customer_rollup
UNION ALL SELECT 'order_status', ARRAY[seller_id, status], ARRAY[orders, items_milli] FROM analytic.order_status_rollup
UNION ALL SELECT 'rating', ARRAY[product_id], ARRAY[ratings, score_micros] FROM analytic.rating_rollup
UNION ALL SELECT 'sales_order', ARRAY[order_id, status, coalesce(customer_key, ''), coalesce(currency, ''), payment_method, coalesce(seller_id, '')],
       ARRAY[1, paid_minor, refund_minor, total_minor, shipping_minor, tax_minor, fee_minor, analytic.recount_time(placed_at),
             analytic.recount_time(paid_at), analytic.recount_time(shipped_at), analytic.recount_time(delivered_at),
             analytic.recount_time(cancelled_at), analytic.recount_time(returned_at), analytic.recount_time(refund_requested_at)]
FROM analytic.sales_order
UNION ALL SELECT 'order_line', ARRAY[order_id, position::text, reference, coalesce(product_id, ''), seller_id, category_id],
       ARRAY[1, quantity_milli, price_minor, total_minor] FROM analytic.order_line
UNION ALL SELECT 'payment', ARRAY[order_id, payment_id, currency, method, status],
       ARRAY[1, amount_minor, analytic.recount_time(paid_at), analytic.recount_time(refunded_at)] FROM analytic.payment
UNION ALL SELECT 'opinion', ARRAY[subject, opinion_id, coalesce(reference, ''), coalesce(product_id, ''), coalesce(customer_key, '')],
       ARRAY[1, deleted::int, score_micros, analytic.recount_time(given_at)] FROM analytic.opinion
UNION ALL SELECT 'shop_user', ARRAY[user_key], ARRAY[1, analytic.recount_time(registered_at), analytic.recount_time(deleted_at)]
FROM analytic.shop_user
UNION ALL SELECT 'shop_product', ARRAY[product_id, coalesce(name, ''), coalesce(seller_id, ''), coalesce(category_id, '')],
       ARRAY[1, available::int, analytic.recount_time(deleted_at)] FROM analytic.product
UNION ALL SELECT 'product_period', ARRAY[product_id, analytic.recount_time(since)::text, coalesce(seller_id, ''), coalesce(category_id, '')],
       ARRAY[1] FROM analytic.product_period
UNION ALL SELECT 'product_sku', ARRAY[sku, product_id], ARRAY[1, analytic.recount_time(claimed_at)] FROM analytic.product_sku
-- by type and not by product: a product that claims a SKU late takes over the figures, but no logged interaction
UNION ALL SELECT 'derived', ARRAY[event_type], ARRAY[count(*)] FROM analytic.interaction
-- domain::Origin::DERIVED: others may have the same event ids
WHERE origin = '00000000-0000-0000-0000-000000000001'
  AND event_id NOT IN (SELECT unnest(withdrawn) FROM analytic.projection) GROUP BY event_type;
COMMENT ON VIEW analytic.sales_stored IS 'What the rollups, order states and derived interactions are, in the form of sales_recount.';
