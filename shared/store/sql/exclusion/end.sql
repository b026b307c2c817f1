-- store::exclusion::end
-- the row stays, as a record of what was decided
UPDATE analytic.exclusion SET date_ended = now(), ended_by = $2 WHERE actor = $1 AND date_ended IS NULL RETURNING 1
