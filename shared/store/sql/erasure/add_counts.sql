-- store::erasure::add_counts
UPDATE analytic.erasure SET counts = (
    SELECT jsonb_object_agg(place, number) FROM (
        SELECT place, sum(number) AS number FROM (
            SELECT key AS place, value::bigint AS number FROM jsonb_each_text(counts)
            UNION ALL SELECT * FROM unnest($2::text[], $3::bigint[])
        ) AS counted GROUP BY place
    ) AS summed)
WHERE id = $1 AND cardinality($2::text[]) > 0
