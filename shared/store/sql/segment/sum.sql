-- store::segment::sum
-- a few thousand rows per currency, however many customers there are; no threshold falls inside a row
SELECT asked.currency,
       CASE WHEN floor_minor >= asked.high THEN 'High' WHEN floor_minor >= asked.medium THEN 'Medium' ELSE 'Low' END AS segment,
       sum(customers)::bigint AS customers, sum(orders_paid)::bigint AS orders_paid, sum(net_minor)::bigint AS net_minor
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (currency, high, medium)
JOIN analytic.customer_spend_rollup USING (currency)
GROUP BY 1, 2 HAVING sum(customers) > 0
ORDER BY 1, 2
