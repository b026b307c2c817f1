-- store::pending_alert::release
WITH locked AS MATERIALIZED (
    -- in id order, as in lease
    SELECT finding_id FROM analytic.pending_alert WHERE finding_id = ANY($1::uuid[]) ORDER BY finding_id FOR UPDATE
)
UPDATE analytic.pending_alert AS pending
SET confirmed = ARRAY(SELECT DISTINCT unnest(pending.confirmed || string_to_array(given.confirmed, ',')) ORDER BY 1),
    -- an expired lease may belong to another invocation by now
    lease = CASE WHEN pending.lease = $4 THEN NULL ELSE pending.lease END,
    leased_until = CASE WHEN pending.lease = $4 THEN NULL ELSE pending.leased_until END,
    parked_at = CASE WHEN given.reason IS NULL THEN pending.parked_at ELSE coalesce(pending.parked_at, now()) END,
    parked_reason = coalesce(pending.parked_reason, given.reason)
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (finding_id, confirmed, reason)
WHERE pending.finding_id = given.finding_id AND pending.finding_id = ANY(ARRAY(SELECT finding_id FROM locked))
