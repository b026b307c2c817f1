-- store::erasure::cover
-- whoever stores is excluded: what was stored is committed, and what comes has a later time
UPDATE analytic.erasure SET covered_until = clock_timestamp() WHERE id = $1 RETURNING covered_until
