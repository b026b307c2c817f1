-- store::learning::exclude_learners
SELECT pg_advisory_xact_lock(hashtext('analytic.learning_state'))
