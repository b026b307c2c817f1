-- store::popularity::apply
CREATE OR REPLACE FUNCTION analytic.apply_popularity(
    ids bigint[]
) RETURNS TABLE (taken bigint, scored bigint, parked bigint[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH locked AS MATERIALIZED (
        -- in id order, so that concurrent consumers with the same messages wait instead of deadlocking
        SELECT interaction_id, parked_at IS NOT NULL AS parked FROM analytic.pending
        WHERE sink = 'popularity' AND interaction_id = ANY(ids)
        ORDER BY interaction_id FOR UPDATE
    ), taken AS (
        -- the proof that the effect is not yet applied; gone with the commit that applies it
        -- an array and not a join: a queue table has stale planner statistics, and a plan for "no rows" compares every
        -- locked row with every waiting one, while an array is always looked up by the key
        DELETE FROM analytic.pending
        WHERE sink = 'popularity' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM locked WHERE NOT parked))
        RETURNING product_id, event_type
    ), known AS MATERIALIZED (
        -- a SKU counts for its product; a change of the mapping excludes this statement (store::popularity::remap_skus)
        SELECT reference, product_id FROM analytic.product_reference
        WHERE reference = ANY(ARRAY(SELECT product_id FROM taken)) AND product_id IS NOT NULL
    ), weighed AS (
        -- one row per product: a product twice in one upsert would be an error, and a hot product is locked once
        SELECT coalesce(known.product_id, taken.product_id) AS id, count(*) AS events, sum(weight_micros)::bigint AS score_micros,
               count(*) FILTER (WHERE counter = 'view_count') AS view_count,
               count(*) FILTER (WHERE counter = 'purchase_count') AS purchase_count,
               count(*) FILTER (WHERE counter = 'favorite_count') AS favorite_count,
               count(*) FILTER (WHERE counter = 'cart_count') AS cart_count,
               count(*) FILTER (WHERE counter = 'review_count') AS review_count
        FROM taken JOIN analytic.event_weight USING (event_type) LEFT JOIN known ON known.reference = taken.product_id
        WHERE taken.product_id IS NOT NULL
        GROUP BY coalesce(known.product_id, taken.product_id)
    ), kept AS (
        -- what each SKU contributed, in case it moves to another product; in id order, as below
        INSERT INTO analytic.sku_popularity AS sku
            (reference, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count)
        SELECT reference, sum(weight_micros)::bigint,
               count(*) FILTER (WHERE counter = 'view_count'), count(*) FILTER (WHERE counter = 'purchase_count'),
               count(*) FILTER (WHERE counter = 'favorite_count'), count(*) FILTER (WHERE counter = 'cart_count'),
               count(*) FILTER (WHERE counter = 'review_count')
        FROM known JOIN taken ON taken.product_id = known.reference JOIN analytic.event_weight USING (event_type)
        GROUP BY reference ORDER BY reference
        ON CONFLICT (reference) DO UPDATE SET
            score_micros   = sku.score_micros   + excluded.score_micros,
            view_count     = sku.view_count     + excluded.view_count,
            purchase_count = sku.purchase_count + excluded.purchase_count,
            favorite_count = sku.favorite_count + excluded.favorite_count,
            cart_count     = sku.cart_count     + excluded.cart_count,
            review_count   = sku.review_count   + excluded.review_count
    ), raised AS (
        -- in product order: unsorted upserts of overlapping batches deadlock
        INSERT INTO analytic.product_popularity AS popularity
            (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
        SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
        FROM weighed ORDER BY id
        ON CONFLICT (id) DO UPDATE SET
            score_micros   = popularity.score_micros   + excluded.score_micros,
            view_count     = popularity.view_count     + excluded.view_count,
            purchase_count = popularity.purchase_count + excluded.purchase_count,
            favorite_count = popularity.favorite_count + excluded.favorite_count,
            cart_count     = popularity.cart_count     + excluded.cart_count,
            review_count   = popularity.review_count   + excluded.review_count,
            date_updated   = excluded.date_updated
    )
    SELECT (SELECT count(*) FROM taken) AS taken,
           (SELECT coalesce(sum(events), 0)::bigint FROM weighed) AS scored,
           (SELECT coalesce(array_agg(interaction_id), '{}') FROM locked WHERE parked) AS parked;
END
$function$;
COMMENT ON FUNCTION analytic.apply_popularity IS
    'Applies the pending popularity effects of interactions, each once. The transaction that deletes a pending row raises the score.';
