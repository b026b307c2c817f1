-- What the seller dashboard asks for and no key leads to.

-- Money that was asked back and of which none has gone back, of all sellers: few orders, because a refund counts as
-- gone back when the back end tells of it. It is not narrowed to paid orders: an index with paid_minor in it would
-- have to be touched by every payment, this one is touched by refunds only.
CREATE INDEX sales_order_refund_owed_idx ON analytic.sales_order (order_id)
    WHERE refund_requested_at IS NOT NULL AND refund_minor = 0;
