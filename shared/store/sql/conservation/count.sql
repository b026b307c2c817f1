-- store::conservation::count
WITH outstanding AS (
    SELECT count(*) FILTER (WHERE parked_at IS NULL) AS waiting, count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked
    FROM analytic.pending WHERE sink = 'popularity' AND product_id IS NOT NULL
)
SELECT (SELECT count(*) FROM analytic.interaction WHERE ref_type = 'Product') AS stored,
       (SELECT coalesce(sum(counted + capped + excluded), 0)::bigint FROM analytic.activity) AS applied, waiting, parked
FROM outstanding
