-- store::erasure::complete
WITH removed AS (
    DELETE FROM analytic.erasure_identity WHERE erasure_id = $1
)
UPDATE analytic.erasure SET
    -- identities that this erasure took over from another one are covered by this one
    covered_until = coalesce(covered_until, (SELECT done.covered_until FROM analytic.erasure AS done WHERE done.id = $1)),
    date_completed = now()
WHERE date_completed IS NULL
  AND (id = $1 OR NOT EXISTS (SELECT FROM analytic.erasure_identity WHERE erasure_id = erasure.id))
