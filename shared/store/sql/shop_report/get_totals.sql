-- store::shop_report::get_totals
-- everything since the shop opened: a row per day, currency and method, which is thousands after years
WITH revenue AS (
    SELECT currency, sum(orders_paid)::bigint AS orders_paid, sum(items_milli)::bigint AS items,
           sum(revenue_minor)::bigint AS revenue_minor, sum(refund_minor)::bigint AS refund_minor
    FROM analytic.sales_rollup WHERE seller_id = '' AND grain = 'day' GROUP BY currency
    -- without currencies in which orders were only placed
    HAVING sum(orders_paid) + sum(items_milli) + sum(revenue_minor) + sum(refund_minor) > 0
), total AS (
    -- on every row, and alone when nothing was sold
    SELECT (SELECT coalesce(sum(registered), 0) FROM analytic.user_rollup WHERE grain = 'day')::bigint AS users,
           (SELECT coalesce(sum(orders), 0) FROM analytic.order_status_rollup WHERE seller_id = '')::bigint AS orders,
           (SELECT coalesce(sum(placed.orders), 0)
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS span (grain, lower, upper)
            CROSS JOIN LATERAL (
                SELECT sum(orders_placed) AS orders FROM analytic.sales_rollup
                WHERE seller_id = '' AND grain = span.grain AND bucket >= span.lower AND bucket < span.upper
            ) AS placed
           )::bigint AS orders_today
)
SELECT users, orders, orders_today, currency, orders_paid, items, revenue_minor, refund_minor
FROM total LEFT JOIN revenue ON true ORDER BY currency
