-- store::weight::upsert
-- $3 says whether $4 (null = no counter) applies; a null $5 leaves `trusted` of an existing row unchanged
INSERT INTO analytic.event_weight AS weight (event_type, weight_micros, counter, trusted)
VALUES ($1, $2, $4, coalesce($5, false))
ON CONFLICT (event_type) DO UPDATE SET
    weight_micros = excluded.weight_micros,
    counter       = CASE WHEN $3 THEN excluded.counter ELSE weight.counter END,
    trusted       = coalesce($5, weight.trusted)
