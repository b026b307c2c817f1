-- store::erasure::complete
WITH forgotten AS (
    DELETE FROM analytic.erasure_identity WHERE erasure_id = $1
)
UPDATE analytic.erasure SET date_completed = coalesce(date_completed, now()) WHERE id = $1
