-- store::interaction::list_teaching
-- as learn_interactions reads them: a SKU teaches for its product; bots and excluded actors teach nothing
SELECT coalesce('session ' || session_id, 'account ' || account_id) AS visitor, coalesce(reference.product_id, ref_id) AS product_id,
       event_type, occurred_at
FROM analytic.interaction AS logged LEFT JOIN analytic.product_reference AS reference ON reference = ref_id
WHERE ref_type = 'Product' AND NOT bot AND (session_id IS NOT NULL OR account_id IS NOT NULL) AND ref_id <> 'shopsignal-probe'
  AND event_type = ANY($1) AND occurred_at >= $2
  AND NOT EXISTS (
      SELECT FROM analytic.exclusion
      WHERE date_ended IS NULL AND exclusion.actor IN (logged.actor, logged.network) AND logged.occurred_at >= since)
ORDER BY occurred_at DESC, id DESC LIMIT $3
