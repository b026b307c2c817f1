-- store::cart::list_items
WITH event AS (
    -- what signed-in shoppers added to carts, removed and bought, from the start of a day, because items are counted by
    -- day; an event is at most minutes ahead of its arrival, so older partitions need not be read
    SELECT account_id, coalesce(known.product_id, ref_id) AS product_id, occurred_at, event_type = ANY ($1::text[]) AS added
    FROM analytic.interaction
    -- a SKU is the product that events assign it to
    LEFT JOIN analytic.product_reference AS known ON known.reference = ref_id
    WHERE account_id IS NOT NULL AND ref_type = 'Product' AND event_type = ANY ($1::text[] || $2::text[])
      AND occurred_at >= date_trunc('day', $3::timestamptz, 'UTC') AND occurred_at <= $5
      AND date_created >= date_trunc('day', $3::timestamptz, 'UTC') - interval '1 hour'
), shopper AS (
    SELECT DISTINCT account_id FROM event WHERE added
), customer AS (
    -- the keys under which a shopper's orders may be stored: the account's id, and its addresses
    SELECT account_id, account_id::text AS customer_key FROM shopper
    UNION
    SELECT account_id, link.address_key
    FROM shopper JOIN analytic.customer_link AS link ON link.customer_key = account_id::text
), ordered AS (
    -- what they ordered, by the line's reference and by its product, known or not: no purchase is derived from a line
    -- whose product no event announced
    SELECT DISTINCT account_id, named.product_id, placed_at
    FROM customer
    JOIN analytic.sales_order USING (customer_key)
    JOIN analytic.order_line AS line USING (order_id)
    CROSS JOIN LATERAL (VALUES (line.reference), (line.product_id)) AS named (product_id)
    WHERE placed_at >= $3 AND placed_at <= $5 AND named.product_id IS NOT NULL
), matched AS (
    -- for each item the next time it was settled: one backward pass over the events of a product
    SELECT account_id, product_id, occurred_at, added, min(occurred_at) FILTER (WHERE NOT added) OVER (
        PARTITION BY account_id, product_id ORDER BY occurred_at DESC) AS settled_at
    FROM (SELECT account_id, product_id, occurred_at, added FROM event
          UNION ALL
          SELECT account_id, product_id, placed_at, false FROM ordered) AS happened
), counted AS (
    SELECT account_id, product_id, occurred_at AS added_at, settled_at, row_number() OVER (
        PARTITION BY account_id, date_trunc('day', occurred_at, 'UTC') ORDER BY occurred_at, product_id) AS place
    FROM matched WHERE added AND occurred_at < $4
)
SELECT account_id, product_id, added_at, settled_at
FROM counted WHERE place <= $6 AND added_at >= $3
ORDER BY account_id, added_at, product_id
