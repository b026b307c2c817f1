-- store::projection::mark_stale
CREATE OR REPLACE FUNCTION analytic.mark_stale_projections(product_references text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.stale_projection (subject, subject_id, date_created)
    SELECT subject, subject_id, now() FROM (
        SELECT 'order' AS subject, order_id AS subject_id FROM analytic.order_line WHERE reference = ANY(product_references)
        UNION
        -- a return may name the SKU of a line, or its product
        SELECT 'order', subject_id FROM unnest(product_references) AS named (reference)
        JOIN analytic.shop_event ON event_type = 'order_returned' AND content->'items' @> jsonb_build_array(jsonb_build_object('reference', named.reference))
        UNION
        SELECT subject, opinion_id FROM analytic.opinion WHERE reference = ANY(product_references)
    ) AS naming
    -- in key order, like other consumers
    ORDER BY subject, subject_id
    ON CONFLICT (subject, subject_id) DO NOTHING;
END
$function$;
COMMENT ON FUNCTION analytic.mark_stale_projections IS 'Marks what names a product by these references, to be projected again.';
