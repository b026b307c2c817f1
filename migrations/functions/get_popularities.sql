-- store::popularity::get_many
CREATE OR REPLACE FUNCTION analytic.get_popularities(products text[]) RETURNS TABLE (
    requested text, id text, score_micros bigint, score double precision, view_count bigint, purchase_count bigint,
    favorite_count bigint, cart_count bigint, review_count bigint, date_updated timestamptz
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT asked.requested, scored.id, scored.score_micros, scored.score, scored.view_count, scored.purchase_count,
           scored.favorite_count, scored.cart_count, scored.review_count, scored.date_updated
    FROM unnest(products) WITH ORDINALITY AS asked (requested, position)
    -- for a SKU the result is its product
    LEFT JOIN analytic.product_reference AS known ON known.reference = asked.requested
    JOIN analytic.product_popularity AS scored ON scored.id = coalesce(known.product_id, asked.requested)
    ORDER BY asked.position;
END
$function$;
COMMENT ON FUNCTION analytic.get_popularities IS 'Returns the popularity of several products, also by their SKUs.';
