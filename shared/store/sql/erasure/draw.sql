-- store::erasure::draw
-- drawn by Postgres and with no time in them: the time of an erasure is known to whoever has its receipt
SELECT gen_random_uuid() AS drawn FROM generate_series(1, $1::bigint)
