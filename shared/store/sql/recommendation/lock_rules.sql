-- store::recommendation::lock_rules
-- Whoever adds a rule counts those that stand: one at a time.
SELECT pg_advisory_xact_lock(hashtext('analytic.merchandising_rule'))
