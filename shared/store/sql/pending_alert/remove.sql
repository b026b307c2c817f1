-- store::pending_alert::remove
DELETE FROM analytic.pending_alert WHERE finding_id = ANY($1::uuid[])
