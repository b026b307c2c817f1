-- store::erasure::exclude_recordings
SELECT pg_advisory_xact_lock(hashtext('analytic.recording'))
