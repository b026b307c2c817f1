-- store::erasure::lock
-- one erasure at a time: two that name the same person differently would take their locks in different orders
SELECT pg_advisory_xact_lock(hashtext('analytic.erasure'))
