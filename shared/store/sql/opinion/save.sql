-- store::opinion::save
INSERT INTO analytic.opinion (subject, opinion_id, reference, product_id, customer_key, score_micros, given_at, deleted)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::bool[])
    AS saved (subject, opinion_id, reference, product_id, customer_key, score_micros, given_at, deleted)
ORDER BY subject, opinion_id
ON CONFLICT (subject, opinion_id) DO UPDATE SET
    reference = excluded.reference, product_id = excluded.product_id, customer_key = excluded.customer_key,
    score_micros = excluded.score_micros, given_at = excluded.given_at, deleted = excluded.deleted
