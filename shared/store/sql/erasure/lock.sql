-- store::erasure::lock
-- one erasure changes something at a time: two that name one person differently would take their locks in different orders
SELECT pg_advisory_xact_lock(hashtext('analytic.erasure'))
