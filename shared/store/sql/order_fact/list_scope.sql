-- store::order_fact::list_scope
-- the spans do not overlap, so only the second half can repeat a row of the first
SELECT fact.order_id, fact.customer, fact.placed_at, fact.currency, fact.amount_minor, fact.lines
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS stretch (customer, starts_at, ends_at)
JOIN analytic.order_fact AS fact
  ON fact.customer = stretch.customer AND fact.placed_at >= stretch.starts_at AND fact.placed_at < stretch.ends_at
UNION
SELECT order_id, customer, placed_at, currency, amount_minor, lines
FROM analytic.order_fact WHERE order_id = ANY($4::text[])
