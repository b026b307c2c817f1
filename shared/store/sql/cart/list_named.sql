-- store::cart::list_named
-- an erasure that is in progress renames findings before it has anonymized all interactions
SELECT DISTINCT account_id FROM analytic.interaction
WHERE account_id = ANY($1) AND occurred_at >= $2 AND occurred_at < $3
  AND NOT EXISTS (SELECT FROM analytic.erasure_identity WHERE kind = 'account' AND identity = account_id::text)
