-- store::erasure::draw
-- random, without a time component: anyone with the receipt knows the time of the erasure
SELECT gen_random_uuid() AS drawn FROM generate_series(1, $1::bigint)
