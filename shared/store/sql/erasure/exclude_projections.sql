-- store::erasure::exclude_projections
SELECT pg_advisory_xact_lock(hashtext('analytic.projecting'))
