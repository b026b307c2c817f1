-- store::rollup::add_event
CREATE OR REPLACE FUNCTION analytic.add_events(
    grains text[], buckets timestamptz[], services text[], event_types text[], event_counts bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.event_rollup AS rollup
            (grain, bucket, service, event_type, events)
        SELECT * FROM unnest(
                grains, buckets, services, event_types, event_counts)
            AS moved (grain, bucket, service, event_type, events)
        ORDER BY grain, bucket, service, event_type
        ON CONFLICT (grain, bucket, service, event_type) DO UPDATE SET
            events = rollup.events + excluded.events
        RETURNING rollup.ctid AS place, rollup.events
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE events = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_events IS 'Moves the numbers of events. Returns the rows that are empty now.';
