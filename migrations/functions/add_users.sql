-- store::rollup::add_user
CREATE OR REPLACE FUNCTION analytic.add_users(
    grains text[], buckets timestamptz[], registration_counts bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.user_rollup AS rollup
            (grain, bucket, registered)
        SELECT * FROM unnest(
                grains, buckets, registration_counts)
            AS moved (grain, bucket, registered)
        ORDER BY grain, bucket
        ON CONFLICT (grain, bucket) DO UPDATE SET
            registered = rollup.registered + excluded.registered
        RETURNING rollup.ctid AS place, rollup.registered
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE registered = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_users IS 'Moves the numbers of registrations. Returns the rows that are empty now.';
