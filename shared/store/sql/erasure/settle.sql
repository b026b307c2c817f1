-- store::erasure::settle
UPDATE analytic.erasure SET settles_at = now() + make_interval(secs => $2::float8) WHERE id = $1
