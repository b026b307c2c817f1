-- store::order_list::list
WITH newest AS (
    -- each row counts at least one order that is looked for, so as many rows as a page has orders are enough: the cost does
    -- not depend on the orders of other sellers at other times
    SELECT bucket FROM analytic.sales_rollup
    WHERE seller_id = $1 AND grain = 'minute' AND bucket >= $2 AND bucket < $3 AND (bucket, '') < ($4, $5)
      AND CASE $6 WHEN 'paid' THEN orders_paid ELSE orders_placed END > 0
    ORDER BY bucket DESC LIMIT $7
), scan AS (
    -- on every row, and alone when the page is empty
    SELECT count(*) AS scanned, min(bucket) AS scanned_to FROM newest
), listed AS (
    SELECT found.*
    FROM (SELECT DISTINCT bucket FROM newest) AS minute
    -- OFFSET 0: each minute is a range of an index. As a join Postgres would scan the table, because it cannot know how short a
    -- minute is.
    CROSS JOIN LATERAL (
        SELECT paid_at AS at, order_id, seller_id, status, currency, payment_method, placed_at, paid_at, total_minor, paid_minor, refund_minor,
               shipping_minor, tax_minor, fee_minor
        FROM analytic.sales_order
        WHERE $6 = 'paid' AND paid_at >= bucket AND paid_at < bucket + interval '1 minute'
        UNION ALL
        SELECT placed_at, order_id, seller_id, status, currency, payment_method, placed_at, paid_at, total_minor, paid_minor, refund_minor,
               shipping_minor, tax_minor, fee_minor
        FROM analytic.sales_order
        WHERE $6 = 'placed' AND placed_at >= bucket AND placed_at < bucket + interval '1 minute'
        OFFSET 0
    ) AS found
), page AS (
    SELECT at, order_id, status, currency, payment_method, placed_at, paid_at, total_minor, paid_minor, refund_minor,
           shipping_minor, tax_minor, fee_minor
    FROM listed CROSS JOIN LATERAL (
        SELECT count(*) AS all_lines, count(*) FILTER (WHERE line.seller_id = $1) AS own_lines
        FROM analytic.order_line AS line WHERE line.order_id = listed.order_id AND $1 <> ''
    ) AS counted
    WHERE (at, order_id) < ($4, $5) AND status = ANY($8) AND ($9::text IS NULL OR currency = $9)
      -- as an order counts for a seller: by its lines, and by itself when it has none
      AND ($1 = '' OR own_lines > 0 OR seller_id = $1 AND all_lines = 0)
    ORDER BY at DESC, order_id DESC LIMIT $7
)
SELECT scanned, scanned_to, page.*, line.position, line.reference, line.product_id, line.seller_id, line.quantity_milli,
       line.price_minor, line.line_minor, line.name, line.line_count, line.lines_minor
FROM scan LEFT JOIN page ON true LEFT JOIN LATERAL (
    SELECT position, reference, product_id, seller_id, quantity_milli, price_minor, total_minor AS line_minor,
           (SELECT name FROM analytic.product WHERE product.product_id = own.product_id) AS name,
           count(*) OVER () AS line_count, (sum(total_minor) OVER ())::bigint AS lines_minor
    FROM analytic.order_line AS own WHERE own.order_id = page.order_id AND ($1 = '' OR own.seller_id = $1)
    ORDER BY position LIMIT $10
) AS line ON true
ORDER BY page.at DESC, page.order_id DESC, line.position
