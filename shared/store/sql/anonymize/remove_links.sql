-- store::anonymize::remove_links
WITH erased AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS renamed (key, erased)
), kept AS (
    -- an address that is not erased was shared, and stays so: without the link it would count as the other person's own
    UPDATE analytic.customer_link SET customer_key = erased.erased
    FROM erased WHERE customer_key = erased.key AND address_key <> ALL($1) RETURNING 1
), removed AS (
    DELETE FROM analytic.customer_link WHERE address_key = ANY($1) RETURNING 1
)
SELECT 1 FROM kept UNION ALL SELECT 1 FROM removed
