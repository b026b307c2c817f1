-- store::activity::compare
WITH horizon AS MATERIALIZED (
    -- the clock and not now(), which is before the snapshot: what a fold has committed is never younger than this
    SELECT date_bin('1 day', clock_timestamp(), '2000-01-01T00:00:00Z') - $1::int * interval '24 hours' AS hours,
           date_bin('1 day', clock_timestamp(), '2000-01-01T00:00:00Z') - $2::int * interval '24 hours' AS days
), counted AS (
    SELECT true AS is_stored, reference, grain, bucket, event_type, counted, capped, excluded FROM analytic.activity
    UNION ALL
    SELECT false, reference, 'hour', bucket, event_type, counted, capped, excluded FROM analytic.activity_recount
), placed AS (
    -- hours are compared as long as they may not be folded, then days, then totals: a row may be finer than it has to be.
    -- A day or a total that is there too early meets no recount and is a difference
    SELECT is_stored, reference, event_type, counted, capped, excluded,
           CASE WHEN grain = 'total' OR bucket < days THEN 'total' WHEN bucket < hours THEN 'day' ELSE grain END AS grain,
           CASE WHEN grain = 'total' OR bucket < days THEN '-infinity'
                WHEN bucket < hours THEN date_bin('1 day', bucket, '2000-01-01T00:00:00Z') ELSE bucket END AS bucket
    FROM counted CROSS JOIN horizon
), cell AS MATERIALIZED (
    SELECT reference, grain, bucket, event_type,
           CASE WHEN bool_or(is_stored) THEN ARRAY[
               sum(counted) FILTER (WHERE is_stored), sum(capped) FILTER (WHERE is_stored), sum(excluded) FILTER (WHERE is_stored)
           ]::bigint[] END AS stored,
           CASE WHEN NOT bool_and(is_stored) THEN ARRAY[
               sum(counted) FILTER (WHERE NOT is_stored), sum(capped) FILTER (WHERE NOT is_stored), sum(excluded) FILTER (WHERE NOT is_stored)
           ]::bigint[] END AS recounted
    FROM placed GROUP BY reference, grain, bucket, event_type
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM cell) AS cells, (SELECT count(*) FROM cell WHERE stored IS DISTINCT FROM recounted) AS differences,
       example.reference, concat_ws(' ', example.grain, to_char(nullif(example.bucket, '-infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')) AS span,
       example.event_type, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (
    SELECT * FROM cell WHERE stored IS DISTINCT FROM recounted ORDER BY reference, grain, bucket, event_type LIMIT $3) AS example ON true
ORDER BY example.reference, example.grain, example.bucket, example.event_type
