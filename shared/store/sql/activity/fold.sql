-- store::activity::fold
WITH RECURSIVE piece AS (
    -- the next references, one look-up each: their rows are not read for it
    (SELECT reference, 1 AS position FROM analytic.activity WHERE reference > $1 ORDER BY reference LIMIT 1)
    UNION ALL
    SELECT next.reference, piece.position + 1
    FROM piece CROSS JOIN LATERAL (
        SELECT reference FROM analytic.activity WHERE reference > piece.reference ORDER BY reference LIMIT 1) AS next
    WHERE piece.position < $2::bigint
), locked AS MATERIALIZED (
    -- in key order, hours before days before totals: as scorers lock hours, and as every other fold locks
    SELECT ctid FROM analytic.activity
    WHERE reference = ANY(ARRAY(SELECT reference FROM piece)) AND grain = $4
      AND bucket < date_bin('1 day', now(), '2000-01-01T00:00:00Z') - $6::int * interval '24 hours'
    ORDER BY reference, bucket, event_type LIMIT $3::bigint FOR UPDATE
), taken AS (
    -- what a scorer changed while this waited is another version of the row: it stays, for the next fold
    DELETE FROM analytic.activity WHERE ctid = ANY(ARRAY(SELECT ctid FROM locked))
    RETURNING reference, bucket, event_type, counted, capped, excluded
), folded AS (
    INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted, capped, excluded)
    SELECT reference, $5, CASE $5 WHEN 'day' THEN date_bin('1 day', bucket, '2000-01-01T00:00:00Z') ELSE '-infinity' END AS span, event_type,
           sum(counted), sum(capped), sum(excluded)
    FROM taken GROUP BY reference, span, event_type ORDER BY reference, span, event_type
    ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET
        counted  = activity.counted  + excluded.counted,
        capped   = activity.capped   + excluded.capped,
        excluded = activity.excluded + excluded.excluded
)
SELECT (SELECT max(reference) FROM piece) AS reached, (SELECT count(*) FROM locked) AS found, (SELECT count(*) FROM taken) AS folded
