-- store::cart::list_events
SELECT account_id, ref_id::uuid AS product_id, event_type, occurred_at
FROM analytic.interaction
WHERE account_id IS NOT NULL AND ref_type = 'Product' AND event_type = ANY($1::text[])
  AND occurred_at >= $2 AND occurred_at <= $3
  -- an event is at most minutes ahead of its arrival, so older partitions need not be read
  AND date_created >= $2::timestamptz - interval '1 hour'
