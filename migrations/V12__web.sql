-- What the dashboard shows and no table holds yet: the last measurement of conservation; and indexes to the orders and the
-- product behind a figure.

CREATE TABLE analytic.conservation (
    measured_at timestamptz PRIMARY KEY,
    stored      bigint NOT NULL,
    applied     bigint NOT NULL,
    waiting     bigint NOT NULL,
    parked      bigint NOT NULL
);
COMMENT ON TABLE  analytic.conservation IS
    'Measurements of maintain-partitions, a row a day: whether every stored event that names a product is applied to the counts, waits, or is parked. stored = applied + waiting + parked.';
COMMENT ON COLUMN analytic.conservation.measured_at IS 'The snapshot that was measured.';
COMMENT ON COLUMN analytic.conservation.stored IS 'Events in the log.';
COMMENT ON COLUMN analytic.conservation.applied IS 'Events in the counts: counted, capped or excluded.';
COMMENT ON COLUMN analytic.conservation.waiting IS 'Events whose effect waits.';
COMMENT ON COLUMN analytic.conservation.parked IS 'Events whose effect is parked.';

-- The orders of a minute, by when they count: at their first payment, or when they were placed.
CREATE INDEX sales_order_paid_idx ON analytic.sales_order (paid_at, order_id) WHERE paid_at IS NOT NULL;
CREATE INDEX sales_order_placed_idx ON analytic.sales_order (placed_at, order_id) WHERE placed_at IS NOT NULL;

-- The sales of one product over time, of all sellers. Without minutes, which most orders would have to add a row to: hours
-- and days are made of quarters of an hour.
CREATE INDEX product_rollup_product_idx ON analytic.product_rollup (product_id, grain, bucket) WHERE grain <> 'minute';
