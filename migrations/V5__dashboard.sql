-- An index for a figure of the seller dashboard that no key covers.

-- Orders with a requested refund of which nothing was refunded yet, of all sellers: few, because a refund counts as
-- made when the back end reports it. It is not restricted to paid orders: every payment would have to update an index
-- with paid_minor, this one is updated by refunds only.
CREATE INDEX sales_order_refund_owed_idx ON analytic.sales_order (order_id)
    WHERE refund_requested_at IS NOT NULL AND refund_minor = 0;
