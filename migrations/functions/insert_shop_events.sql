-- store::shop_event::insert
CREATE OR REPLACE FUNCTION analytic.insert_shop_events(
    ids uuid[], fingerprints bytea[], event_types text[], subjects text[], subject_ids text[], services text[],
    event_times timestamptz[], contents text[]
) RETURNS TABLE (id uuid)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    -- in id order, so that concurrent consumers with the same events wait instead of deadlocking
    RETURN QUERY
    INSERT INTO analytic.shop_event (id, fingerprint, event_type, subject, subject_id, service, occurred_at, content, date_created)
    SELECT id, fingerprint, event_type, subject, subject_id, service, occurred_at, content::jsonb, now()
    FROM unnest(ids, fingerprints, event_types, subjects, subject_ids, services, event_times, contents)
         WITH ORDINALITY AS reported (id, fingerprint, event_type, subject, subject_id, service, occurred_at, content, position)
    ORDER BY id, position
    ON CONFLICT (id) DO NOTHING
    RETURNING id;
END
$function$;
COMMENT ON FUNCTION analytic.insert_shop_events IS 'Logs back-end events and returns the ids that were new.';
