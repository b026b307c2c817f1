-- store::erasure::cover
-- read after the events were renamed: everything derived from them began earlier
UPDATE analytic.erasure SET covered_until = clock_timestamp() WHERE id = $1 RETURNING covered_until
