-- The earliest events of an actor or of the guests of a network, as many as the caps admit, in order.
CREATE OR REPLACE FUNCTION analytic.keep_earliest(
    keys bigint[], their_guests uuid[], guest_cap int, cap int
) RETURNS TABLE (kept bigint[], guests uuid[])
LANGUAGE plpgsql IMMUTABLE AS $function$
BEGIN
    RETURN QUERY
    SELECT array_agg(key ORDER BY key), coalesce(array_agg(guest ORDER BY key) FILTER (WHERE guest IS NOT NULL), '{}')
    FROM (
        SELECT key, guest FROM (
            -- without guests all are of the one actor
            SELECT key, guest, row_number() OVER (PARTITION BY guest ORDER BY key) AS place
            FROM unnest(keys, their_guests) AS event (key, guest)) AS ranked
        WHERE place <= guest_cap ORDER BY key LIMIT cap) AS earliest;
END
$function$;
COMMENT ON FUNCTION analytic.keep_earliest IS 'Returns the smallest keys: at most so many of each guest, and at most so many together.';
