-- The facts for the rules about orders, their findings, and the pending alerts.

CREATE TABLE analytic.order_fact (
    event_id     uuid        PRIMARY KEY,
    order_id     text        NOT NULL,
    customer     text,
    placed_at    timestamptz NOT NULL,
    currency     text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint      NOT NULL,
    lines        bytea
);
CREATE INDEX order_fact_customer_idx ON analytic.order_fact (customer, placed_at) WHERE customer IS NOT NULL;
CREATE INDEX order_fact_order_idx ON analytic.order_fact (order_id);

COMMENT ON TABLE  analytic.order_fact IS 'The fact that an order was placed, once per event that says so. Never changed, so that findings do not depend on the order of events.';
COMMENT ON COLUMN analytic.order_fact.event_id IS 'The event.';
COMMENT ON COLUMN analytic.order_fact.order_id IS 'The order; several events may concern the same order.';
COMMENT ON COLUMN analytic.order_fact.customer IS 'The customer key: an id of the shop or a keyed hash, never an address. Null when the event names no customer.';
COMMENT ON COLUMN analytic.order_fact.placed_at IS 'Event time.';
COMMENT ON COLUMN analytic.order_fact.currency IS 'ISO 4217 code.';
COMMENT ON COLUMN analytic.order_fact.amount_minor IS 'The total in minor units.';
COMMENT ON COLUMN analytic.order_fact.lines IS 'Digest of products and quantities; null when the event has no lines.';

CREATE TABLE analytic.customer_lock (
    customer text PRIMARY KEY
);
COMMENT ON TABLE  analytic.customer_lock IS 'One row per customer with orders, used as a lock: two transactions that each see half of a burst would both miss it.';
COMMENT ON COLUMN analytic.customer_lock.customer IS 'The customer key.';

CREATE TABLE analytic.customer_link (
    customer_key text NOT NULL,
    address_key  text NOT NULL,
    PRIMARY KEY (customer_key, address_key)
);
COMMENT ON TABLE  analytic.customer_link IS 'Which address belongs to which customer id, where one event names both. So a cart counts as bought when the order names only the address.';
COMMENT ON COLUMN analytic.customer_link.customer_key IS 'The shop''s customer id.';
COMMENT ON COLUMN analytic.customer_link.address_key IS 'email: and the keyed hash of the address.';

CREATE TABLE analytic.finding (
    id           uuid        PRIMARY KEY,
    rule         text        NOT NULL CHECK (rule IN ('order_burst', 'large_order', 'similar_orders', 'abandoned_cart')),
    subject      text        NOT NULL,
    window_name  text        NOT NULL,
    evidence     jsonb       NOT NULL,
    date_created timestamptz NOT NULL,
    date_updated timestamptz NOT NULL,
    historical   boolean     NOT NULL DEFAULT false,
    UNIQUE (rule, subject, window_name)
);
CREATE INDEX finding_newest_idx ON analytic.finding (date_created DESC, id DESC);
CREATE INDEX finding_newest_of_rule_idx ON analytic.finding (rule, date_created DESC, id DESC);

COMMENT ON TABLE  analytic.finding IS 'Findings: one row per rule, subject and window.';
COMMENT ON COLUMN analytic.finding.id IS 'Digest of rule, subject and window; idempotency key of the alert.';
COMMENT ON COLUMN analytic.finding.rule IS 'The rule.';
COMMENT ON COLUMN analytic.finding.subject IS 'The subject: customer:<key>, order:<id> or account:<id>.';
COMMENT ON COLUMN analytic.finding.window_name IS 'The hour (UTC) in which the suspicious window ends, or order:<id> for a single order.';
COMMENT ON COLUMN analytic.finding.evidence IS 'The evidence. It grows when more events of its window arrive.';
COMMENT ON COLUMN analytic.finding.date_created IS 'When it was found.';
COMMENT ON COLUMN analytic.finding.date_updated IS 'When its evidence last grew.';
COMMENT ON COLUMN analytic.finding.historical IS 'Whether all of its evidence was over a day old when it was reported: listed only, no alert.';

CREATE TABLE analytic.pending_alert (
    finding_id    uuid        PRIMARY KEY REFERENCES analytic.finding (id),
    date_created  timestamptz NOT NULL,
    confirmed     text[]      NOT NULL DEFAULT '{}',
    lease         uuid,
    leased_until  timestamptz,
    next_hint_at  timestamptz NOT NULL,
    hints         int         NOT NULL DEFAULT 1,
    parked_at     timestamptz,
    parked_reason text,
    CHECK ((lease IS NULL) = (leased_until IS NULL)),
    CHECK ((parked_at IS NULL) = (parked_reason IS NULL))
) WITH (
    -- A queue table, like pending: vacuum by count and without delay, whatever its size.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX pending_alert_due_idx ON analytic.pending_alert (next_hint_at) WHERE parked_at IS NULL;

COMMENT ON TABLE  analytic.pending_alert IS 'One row per alert from the commit of its finding until every webhook has confirmed it.';
COMMENT ON COLUMN analytic.pending_alert.finding_id IS 'The finding.';
COMMENT ON COLUMN analytic.pending_alert.date_created IS 'When it was found: the age of the alert.';
COMMENT ON COLUMN analytic.pending_alert.confirmed IS 'The webhooks that have confirmed it and do not receive it again.';
COMMENT ON COLUMN analytic.pending_alert.lease IS 'The invocation that is sending it; null when none is.';
COMMENT ON COLUMN analytic.pending_alert.leased_until IS 'When the lease expires, should the invocation crash.';
COMMENT ON COLUMN analytic.pending_alert.next_hint_at IS 'When resend-pending hints again.';
COMMENT ON COLUMN analytic.pending_alert.hints IS 'Hints sent so far; sets the backoff.';
COMMENT ON COLUMN analytic.pending_alert.parked_at IS 'When it was parked; null when it is not parked.';
COMMENT ON COLUMN analytic.pending_alert.parked_reason IS 'Typed reason, such as slack_refused_400.';
