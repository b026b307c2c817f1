-- store::shop_report::count_users
-- the total reads a row per day; it is on every row, and alone when nobody registered in the steps
WITH registered AS (
    -- each part separately: with a join, Postgres plans a scan of the whole table
    SELECT span.step, sum(figure.registered)::bigint AS registered
    FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS span (step, grain, lower, upper)
    CROSS JOIN LATERAL (
        SELECT sum(registered) AS registered FROM analytic.user_rollup
        WHERE grain = span.grain AND bucket >= span.lower AND bucket < span.upper
    ) AS figure
    GROUP BY span.step HAVING sum(figure.registered) IS NOT NULL
)
SELECT total.users, step, registered
FROM (SELECT coalesce(sum(registered), 0)::bigint AS users FROM analytic.user_rollup WHERE grain = 'day') AS total
LEFT JOIN registered ON true ORDER BY step
