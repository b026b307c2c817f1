-- store::shop_event::list_of
CREATE OR REPLACE FUNCTION analytic.list_shop_events(
    subjects text[], subject_ids text[]
) RETURNS TABLE (id uuid, service text, occurred_at timestamptz, subject text, subject_id text, content text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    -- stock changes and sign-ins do not affect the state of a product or user, and there may be many
    RETURN QUERY
    SELECT logged.id, logged.service, logged.occurred_at, logged.subject, logged.subject_id, logged.content::text AS content
    FROM unnest(subjects, subject_ids) AS wanted (subject, subject_id)
    JOIN analytic.shop_event AS logged USING (subject, subject_id)
    WHERE logged.event_type NOT IN ('product_stock_updated', 'user_logged_in');
END
$function$;
COMMENT ON FUNCTION analytic.list_shop_events IS 'Lists the events from which the state of subjects is folded.';
