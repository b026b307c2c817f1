-- store::erasure::admit_projection
CREATE OR REPLACE FUNCTION analytic.admit_projection() RETURNS boolean
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('analytic.projecting'));
    -- a statement of its own: it sees the erasure that the lock waited for
    RETURN NOT EXISTS (SELECT FROM analytic.erasure WHERE covered_until >= now());
END
$function$;
COMMENT ON FUNCTION analytic.admit_projection IS
    'Excludes erasures until the transaction ends. False when one covers a time after its beginning: what it stores would count as covered.';
