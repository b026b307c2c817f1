-- store::conservation::measure
WITH outstanding AS (
    SELECT count(*) FILTER (WHERE parked_at IS NULL) AS waiting, count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked
    FROM analytic.pending WHERE sink = 'popularity' AND product_id IS NOT NULL
), logged AS (
    SELECT coalesce(sum(product_events), 0)::bigint AS product_events FROM analytic.partition_count
    UNION ALL
    SELECT count(*) FROM analytic.interaction
    WHERE ref_type = 'Product' AND date_created >= ($1::date - 1)::timestamp AT TIME ZONE 'UTC'
    UNION ALL
    -- the rows of an older day that never had a partition
    SELECT count(*) FROM analytic.interaction_default
    WHERE ref_type = 'Product' AND date_created < ($1::date - 1)::timestamp AT TIME ZONE 'UTC'
)
INSERT INTO analytic.conservation (measured_at, stored, applied, waiting, parked)
SELECT now(), (SELECT sum(product_events)::bigint FROM logged),
       (SELECT coalesce(sum(counted + capped + excluded), 0)::bigint FROM analytic.activity), waiting, parked
FROM outstanding
RETURNING stored, applied, waiting, parked
