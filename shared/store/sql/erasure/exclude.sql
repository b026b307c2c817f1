-- store::erasure::exclude
SELECT pg_advisory_xact_lock_shared(hashtext('analytic.erasure'))
