-- store::order_fact::insert
INSERT INTO analytic.order_fact (event_id, order_id, customer, placed_at, currency, amount_minor, lines)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bytea[])
ON CONFLICT DO NOTHING
