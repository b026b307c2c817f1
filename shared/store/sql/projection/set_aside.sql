-- store::projection::set_aside
UPDATE analytic.stale_projection SET refused_at = now() WHERE subject = $1 AND subject_id = $2
