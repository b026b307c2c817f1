-- store::shop_report::count_users
-- the total is a row a day; it stands on every row, and alone when nobody registered in the steps
WITH registered AS (
    SELECT piece.step, sum(figure.registered)::bigint AS registered
    FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS piece (step, grain, lower, upper)
    JOIN analytic.user_rollup AS figure
      ON figure.grain = piece.grain AND figure.bucket >= piece.lower AND figure.bucket < piece.upper
    GROUP BY piece.step
)
SELECT total.users, step, registered
FROM (SELECT coalesce(sum(registered), 0)::bigint AS users FROM analytic.user_rollup WHERE grain = 'day') AS total
LEFT JOIN registered ON true ORDER BY step
